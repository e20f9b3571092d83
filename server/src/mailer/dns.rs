//! The DNS records that emails need to arrive, in lines to read and to copy.

/// What the records are made from.
pub struct Sending<'a> {
    /// The domain of `MAIL_FROM`.
    pub domain: &'a str,
    /// The mail server; `None` when emails go to a folder.
    pub server: Option<&'a str>,
    /// The name and the text of the record with the public key.
    pub dkim: Option<(&'a str, &'a str)>,
    /// The host of `BOUNCE_ADDRESS`.
    pub bounces: Option<&'a str>,
    /// The host of `PUBLIC_URL`.
    pub public_host: &'a str,
}

/// One paragraph for each record, or for what to set first.
pub fn records(sending: &Sending<'_>) -> String {
    let paragraphs = [spf(sending), dkim(sending), dmarc(sending), bounces(sending)];
    format!("The DNS records you need:\n\n{}", paragraphs.join("\n\n"))
}

fn spf(sending: &Sending<'_>) -> String {
    let domain = sending.bounces.unwrap_or(sending.domain);
    match sending.server {
        Some(server) => format!(
            "SPF: which servers may send for {domain}. If the one that sends is not {server}, its \
             provider says what to write.\n\
             {domain} TXT \"v=spf1 a:{server} ~all\""
        ),
        None => "SPF: emails go to a folder. Set MAIL to a mail server first.".into(),
    }
}

fn dkim(sending: &Sending<'_>) -> String {
    let Some((name, record)) = sending.dkim else {
        return "DKIM: emails are not signed, and many servers refuse such emails. Set DKIM_KEY \
            to a file with a key."
            .into();
    };
    let long = match record.len() {
        ..256 => "",
        _ => {
            " In a zone file, split the text into parts of at most 255 characters, each in quotes."
        }
    };
    format!("DKIM: the key that signs your emails.{long}\n{name} TXT \"{record}\"")
}

fn dmarc(sending: &Sending<'_>) -> String {
    let domain = sending.domain;
    format!(
        "DMARC: what to do with emails that only pretend to be from {domain}.\n_dmarc.{domain} \
         TXT \"v=DMARC1; p=quarantine\""
    )
}

fn bounces(sending: &Sending<'_>) -> String {
    let public_host = sending.public_host;
    match sending.bounces {
        Some(host) => format!(
            "MX: the machine that receives emails that come back, if that is \
            {public_host}.\n{host} MX 10 {public_host}"
        ),
        None => {
            "MX: emails that come back go to the address in MAIL_FROM, and nobody counts them. \
             Set BOUNCE_ADDRESS and BOUNCE_KEY."
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Sending<'_> = Sending {
        domain: "example.org",
        server: None,
        dkim: None,
        bounces: None,
        public_host: "alongside.example.org",
    };

    #[test]
    fn each_record_is_one_line_to_copy() {
        let dkim = Some(("alongside._domainkey.example.org", "v=DKIM1; k=ed25519; p=AAAA"));
        let text = records(&Sending {
            server: Some("mail.example.net"),
            dkim,
            bounces: Some("bounces.example.org"),
            ..BARE
        });
        for line in [
            "bounces.example.org TXT \"v=spf1 a:mail.example.net ~all\"",
            "alongside._domainkey.example.org TXT \"v=DKIM1; k=ed25519; p=AAAA\"",
            "_dmarc.example.org TXT \"v=DMARC1; p=quarantine\"",
            "bounces.example.org MX 10 alongside.example.org",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("zone file"), "{text}");
    }

    #[test]
    fn what_is_not_set_is_named() {
        let text = records(&BARE);
        for setting in ["MAIL to", "DKIM_KEY", "BOUNCE_ADDRESS", "BOUNCE_KEY"] {
            assert!(text.contains(setting), "{setting}\n{text}");
        }
    }

    #[test]
    fn emails_without_an_address_for_returns_are_sent_for_the_domain_they_are_from() {
        let text = records(&Sending { server: Some("mail.example.net"), ..BARE });
        assert!(text.contains("\nexample.org TXT \"v=spf1 a:mail.example.net ~all\""), "{text}");
    }

    #[test]
    fn a_long_key_comes_with_a_word_on_zone_files() {
        let record = "x".repeat(256);
        let text = records(&Sending { dkim: Some(("a", &record)), ..BARE });
        assert!(text.contains("at most 255 characters"), "{text}");
    }
}
