//! The emails about accounts.

use calendar::clock::{self, Moment};
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;
use ground::routes::SECOND_STEP;
use ground::viewer::Role;

/// One email. Its text says how long a link lasts; the actions hold the number.
fn words(
    house: &House,
    subject: &str,
    paragraphs: Vec<Paragraph>,
    button: Option<(&str, String)>,
    why: &str,
) -> Words {
    Words {
        subject: subject.to_owned(),
        paragraphs,
        button: button.map(|(label, address)| (label.to_owned(), address)),
        why: why.to_owned(),
        from: Sender::of(house),
        also: None,
        stop: None,
    }
}

/// What to do, and by when.
fn to_do(words: &str) -> Paragraph {
    Paragraph::ToDo(words.to_owned())
}

/// Asks whether the person behind the address wants an account.
pub fn confirm_sign_up(house: &House, token: &str) -> Words {
    words(
        house,
        "Confirm your email address",
        vec![
            format!("You asked to join {}.", house.names.forum).into(),
            to_do(
                "Press the button within two days to choose your name and a password, and finish \
                 joining.",
            ),
            "If you have more than one of these emails, you can use any of them.".into(),
        ],
        Some(("Confirm my email address", house.link(&format!("/sign-up/{token}")))),
        "Someone used this address to join. If it wasn't you, ignore this email: no account will \
         be made.",
    )
}

/// Tells someone who signs up again that they already have an account.
pub fn already_signed_up(house: &House) -> Words {
    words(
        house,
        "You already have an account",
        vec![
            format!(
                "You asked to join {}, but you already have an account. Sign in, or ask for a link \
                 to sign in without a password.",
                house.names.forum
            )
            .into(),
        ],
        Some(("Sign in", house.link("/sign-in"))),
        "Someone used this address to join. If it wasn't you, ignore this email: nothing has \
         changed.",
    )
}

/// The link that signs in.
pub fn sign_in_link(house: &House, token: &str) -> Words {
    words(
        house,
        "Your link to sign in",
        vec![
            "You asked for a link to sign in.".into(),
            to_do("Press the button within the next two hours. It works once."),
        ],
        Some(("Sign in", house.link(&format!("/sign-in/{token}")))),
        "Someone asked for this link with your address. If it wasn't you, ignore this email: \
         nobody else has the link.",
    )
}

/// The link that sets a new password.
pub fn new_password_link(house: &House, token: &str) -> Words {
    words(
        house,
        "Choose a new password",
        vec![
            "You asked to choose a new password.".into(),
            to_do("Press the button within the next two hours. It works once."),
        ],
        Some(("Choose a new password", house.link(&format!("/new-password/{token}")))),
        "Someone asked for this with your address. If it wasn't you, ignore this email: your \
         password stays the same.",
    )
}

/// Tells someone whose address we don't know that there is no account, with the link by which they
/// can join: who reads this reads their emails, as with [`confirm_sign_up`]. `asked`: what was
/// asked for, after "You asked".
pub fn no_account(house: &House, token: &str, asked: &str) -> Words {
    words(
        house,
        "You don't have an account with this address",
        vec![
            format!(
                "You asked {asked}, but there is no account with this address. You may have joined \
                 with a different address."
            )
            .into(),
            to_do(
                "If you haven't joined yet, press the button within two days to choose your name \
                 and a password.",
            ),
        ],
        Some(("Join", house.link(&format!("/sign-up/{token}")))),
        "Someone asked for this with your address. If it wasn't you, ignore this email: no account \
         will be made.",
    )
}

/// Says that a password was changed.
pub fn password_changed(house: &House) -> Words {
    words(
        house,
        "Your password has been changed",
        vec![
            "The password for your account has just been changed, and you have been signed out \
             everywhere else."
                .into(),
            to_do("If you didn't do this, choose a new password straight away."),
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        "We send this email whenever your password changes.",
    )
}

/// Asks the new address to confirm that it is right.
pub fn confirm_address(house: &House, token: &str) -> Words {
    words(
        house,
        "Confirm your new email address",
        vec![
            "You asked us to use this address for your account.".into(),
            to_do(
                "Press the button within the next two days, where you are signed in to your \
                 account. It works once.",
            ),
        ],
        Some(("Use this address", house.link(&format!("/account/email/{token}")))),
        "Someone gave this address for their account. If it wasn't you, ignore this email: we \
         won't use your address.",
    )
}

/// Tells the old address that a new one was asked for.
pub fn address_may_change(house: &House) -> Words {
    words(
        house,
        "Someone asked to change your email address",
        vec![
            "Someone signed in to your account and asked us to use a different email address. We \
             will change it once the new address is confirmed."
                .into(),
            to_do("If it wasn't you, choose a new password straight away: that will stop it."),
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        "We send this email whenever someone asks to change your address.",
    )
}

/// Tells the new address that it has changed.
pub fn address_changed(house: &House) -> Words {
    words(
        house,
        "We've changed your email address",
        vec![
            "We have changed the email address for your account. From now on we will email you at \
             your new address."
                .into(),
            "For seven days, a link in an email to your old address can undo this. If someone else \
             can read emails there, tell us now."
                .into(),
        ],
        None,
        "We send this email to your old and your new address. If it wasn't you, reply to this \
         email and the forum will help.",
    )
}

/// Tells the old address that it has changed, with the link that undoes it.
pub fn address_changed_from_here(house: &House, token: &str) -> Words {
    words(
        house,
        "We've changed your email address",
        vec![
            "We have changed the email address for your account. From now on we will email you at \
             your new address."
                .into(),
            to_do(
                "If it wasn't you, press the button within seven days. We will use this address \
                 again and sign everyone out. Then you choose a new password.",
            ),
        ],
        Some(("It wasn't me", house.link(&format!("/account/email/undo/{token}")))),
        "We send this email to your old address whenever your address changes. If it was you, you \
         don't have to do anything.",
    )
}

/// Tells the old address that it is back, and what to do next.
pub fn address_put_back(house: &House) -> Words {
    words(
        house,
        "Your old email address is back",
        vec![
            "Someone pressed the button in our email to this address, so we have undone the change \
             of email address for your account. Everyone has been signed out, and the password no \
             longer works."
                .into(),
            to_do("If you haven't chosen a new password yet, do it now."),
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        "We send this email when a change of email address is undone. If it wasn't you, reply to \
         this email and the forum will help.",
    )
}

/// Tells the address that an account had until its change was undone. Nothing here can be done with
/// it any more, so that there is no button.
pub fn address_not_used(house: &House) -> Words {
    words(
        house,
        "We no longer use this email address",
        vec![
            "Someone pressed the button in our email to the old address of an account, so we have \
             undone its change to this address. Everyone has been signed out of the account, and \
             you can't sign in to it with this address."
                .into(),
            "If it was you who pressed the button, you don't have to do anything with this email. \
             We have sent you another one to your old address."
                .into(),
        ],
        None,
        "We send this email when a change of email address is undone. If the account is yours and \
         you didn't do this, reply to this email and the forum will help.",
    )
}

/// Tells the administrators, and the other safeguarding leads where it is that role, that someone
/// has it now, or no longer. `by`: who did it; `None` when they accepted an invitation, or gave the
/// role up. `is_admin`: whether the email goes to an administrator.
pub fn role_changed(
    house: &House,
    role: Role,
    (name, by): (&str, Option<&str>),
    gives: bool,
    is_admin: bool,
) -> Words {
    let title = role.title().to_lowercase();
    let one =
        format!("{} {title}", if title.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" });
    let subject = if gives {
        format!("There is a new {title}")
    } else {
        format!("Someone is no longer {one}")
    };
    let happened = match (gives, by) {
        (true, Some(by)) => format!("{by} has made {name} {one}."),
        (true, None) => format!("{name} is now {one}."),
        (false, Some(by)) => format!("{by} has removed {name} as {one}."),
        (false, None) => format!("{name} is no longer {one}."),
    };
    let mut paragraphs = vec![Paragraph::from(happened)];
    paragraphs.extend(role.watched().filter(|_| gives).map(Paragraph::from));
    paragraphs.push(to_do("If you don't know why, ask them today, or ask an administrator."));
    let told = if role == Role::Admin { one } else { format!("{one} or an administrator") };
    let why = format!(
        "You get this email because you are {told}, or because it is about your role. You can't \
         stop these emails."
    );
    words(
        house,
        &subject,
        paragraphs,
        is_admin.then(|| ("See who gave which role", house.link("/admin/roles"))),
        &why,
    )
}

/// Tells somebody that they have a role now, or no longer. `by`: who gave or removed it.
pub fn own_role_changed(house: &House, role: Role, by: &str, gives: bool) -> Words {
    let title = role.title();
    let (subject, happened, next) = if gives {
        (
            format!("You have a new role: {title}"),
            format!("{by} has given you the role {title}. You can now {}.", role.may()),
            "You have been signed out, so that it takes effect. Sign in again to use it.",
        )
    } else {
        (
            format!("You no longer have the role: {title}"),
            format!("{by} has removed your role {title}. You can no longer {}.", role.may()),
            "You have been signed out. Your account is still there: you can sign in again.",
        )
    };
    own_role_email(house, &subject, happened, next)
}

/// What happened to somebody's role, and what they do next.
fn own_role_email(house: &House, subject: &str, happened: String, next: &str) -> Words {
    words(
        house,
        subject,
        vec![
            happened.into(),
            to_do(next),
            "If you don't know why, reply to this email and the forum will help.".into(),
        ],
        Some(("Sign in", house.link("/sign-in"))),
        "We send this email whenever someone's role changes. You can't stop these emails.",
    )
}

/// Tells a leader that they speak for this organisation now, or for none. `by`: who chose it.
pub fn own_organisation_changed(house: &House, organisation: Option<&str>, by: &str) -> Words {
    let (subject, happened, next) = match organisation {
        Some(name) => (
            format!("You are now a leader for {name}"),
            format!(
                "{by} has chosen {name} as the organisation that you are a leader for. From now on \
                 you write for {name} and for no other organisation."
            ),
            "You have been signed out, so that it takes effect. Sign in again to use it.",
        ),
        None => (
            "You are not a leader for an organisation at the moment".to_owned(),
            format!(
                "{by} has changed your role: you are a leader, but for no organisation. You can't \
                 write for one until an administrator chooses it."
            ),
            "You have been signed out. Your account is still there: you can sign in again.",
        ),
    };
    own_role_email(house, &subject, happened, next)
}

/// Says that from now on they sign in with their council. `council`: its name.
pub fn signs_in_with_council(house: &House, council: &str) -> Words {
    words(
        house,
        &format!("You now sign in with {council}"),
        vec![
            format!(
                "You have just signed in with {council} for the first time. From now on that is \
                 the only way into your account: your password and links by email no longer let \
                 anyone in. We have signed you out everywhere else."
            )
            .into(),
            to_do(
                "If it wasn't you, tell the forum today. An administrator can undo it by removing \
                 your role and adding it again.",
            ),
        ],
        Some(("Contact the forum", house.link("/contact"))),
        "We send this email when a leader signs in with their council for the first time.",
    )
}

/// Tells the administrators that somebody is no leader any more, since the council says so.
/// `council`: its name; `name`: the leader's.
pub fn council_ended(house: &House, council: &str, name: &str) -> Words {
    words(
        house,
        "Someone is no longer a leader",
        vec![
            format!(
                "{name} tried to sign in with {council}, and {council} no longer lists them as \
                 someone who leads here. We have removed their role as a leader and signed them \
                 out everywhere."
            )
            .into(),
            to_do(
                "If you didn't expect this, ask them or the council. You can add the role again \
                 once the council lists them.",
            ),
        ],
        Some(("See who gave which role", house.link("/admin/roles"))),
        "You get this email because you are an administrator. You can't stop these emails.",
    )
}

/// Tells a leader that their role ends unless they sign in with their council. `council`: its name;
/// `ends_at`: when.
pub fn council_to_confirm(house: &House, council: &str, ends_at: Moment) -> Words {
    let day = clock::day(ends_at);
    words(
        house,
        &format!("Sign in with {council} to stay a leader"),
        vec![
            to_do(&format!(
                "Please sign in with {council} before {day}. That is how we know that you still \
                 work there."
            )),
            "If you don't, we will remove your role as a leader on that day. What you published \
             stays, and an administrator can add the role again."
                .into(),
        ],
        Some((format!("Sign in with {council}").as_str(), house.link("/sign-in/council"))),
        "You get this email because you are a leader and haven't signed in for a while.",
    )
}

/// Tells the administrators that somebody is no leader any more, since the council has not
/// confirmed them for too long. `council`: its name; `name`: the leader's; `since`: when it last
/// did.
pub fn council_unconfirmed(house: &House, council: &str, name: &str, since: Moment) -> Words {
    let day = clock::day(since);
    words(
        house,
        "Someone is no longer a leader",
        vec![
            format!(
                "{name} last signed in with {council} on {day}. Nobody has told us since then that \
                 they still work there, so we have removed their role as a leader and signed them \
                 out everywhere. We had emailed them about it two weeks before."
            )
            .into(),
            to_do(
                "If they still lead, add the role again, and ask them to sign in with the council. \
                 If they have left, you don't need to do anything.",
            ),
        ],
        Some(("See who gave which role", house.link("/admin/roles"))),
        "You get this email because you are an administrator. You can't stop these emails.",
    )
}

/// Says that the account will be erased, and how to call that back. `day`: when.
pub fn erasing(house: &House, token: &str, day: &str) -> Words {
    let all = words(
        house,
        &format!("We will delete your account on {day}"),
        vec![
            format!(
                "You asked us to delete your account. We will do it on {day}, and nobody can bring \
                 it back after that. We have signed you out everywhere."
            )
            .into(),
            to_do(&format!(
                "Changed your mind, or wasn't it you? Press the button before {day}, or sign in \
                 and press it there: then we will keep your account."
            )),
            "If it wasn't you, choose a new password as well: someone else may know yours.".into(),
        ],
        Some(("Keep my account", house.link(&format!("/account/erase/{token}")))),
        "We send this email whenever someone asks us to delete an account.",
    );
    // Nothing in it leads anywhere else: not to a page to sign in for, to choose emails.
    Words { from: house.names.forum.as_str().into(), ..all }
}

/// Says that the account is kept after all: the email before said that it would be deleted.
pub fn kept(house: &House) -> Words {
    words(
        house,
        "We will keep your account",
        vec![
            "You told us to keep your account, so we won't delete it. Nothing has been deleted, \
             and you can sign in as before."
                .into(),
            to_do(
                "If it wasn't you, choose a new password straight away. Someone else may know \
                 yours.",
            ),
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        "We send this email whenever someone keeps an account that we were going to delete.",
    )
}

/// The last email to an address: the account is erased. `keeps_emails`: those about changes go on.
pub fn erased(house: &House, keeps_emails: bool) -> Words {
    let emails = if keeps_emails {
        "You will still get emails about changes to services, as you wished. You can stop them \
         with the link in each of them."
    } else {
        "This is the last email we send you. Once it has gone, we no longer have your address."
    };
    words(
        house,
        "We have deleted your account",
        vec![
            "You asked us to delete your account seven days ago. It's done.".into(),
            emails.into(),
            "You are welcome to join again at any time. It will be a new account.".into(),
        ],
        None,
        "You get this email because you had an account with this address.",
    )
}

/// Invites someone into a role, with the organisation that a leader is for.
pub fn invitation(house: &House, role: &str, token: &str) -> Words {
    words(
        house,
        &format!("You are invited to join us: {role}"),
        vec![
            format!(
                "{} has invited you to join its website. Your role will be: {role}.",
                house.names.forum
            )
            .into(),
            to_do("Press the button within 14 days to accept."),
        ],
        Some(("Accept the invitation", house.link(&format!("/invitations/{token}")))),
        "The forum's administrator gave us your address so we could send you this one email.",
    )
}

/// Tells somebody of the staff that they signed in where they never did before.
pub fn new_device(house: &House, device: &str, at: Moment) -> Words {
    words(
        house,
        "You signed in on a new device",
        vec![
            format!(
                "Someone signed in to your account on {}. The device was new to us: {device}.",
                clock::day_and_hour(at)
            )
            .into(),
            "If it was you, there is nothing to do.".into(),
            to_do("If it wasn't you, sign out everywhere and choose a new password straight away."),
        ],
        Some(("See where you are signed in", house.link("/account"))),
        "We send this email because you are part of the team. It comes the first time you sign in \
         with another phone, computer or web browser.",
    )
}

/// Says that an administrator signed them out everywhere.
pub fn signed_out(house: &House) -> Words {
    words(
        house,
        "You have been signed out everywhere",
        vec![
            "An administrator of the forum has signed you out of your account on every phone and \
             computer. Links that we emailed you to sign in no longer work."
                .into(),
            to_do(
                "Sign in again when you need to. If someone else may know your password, choose a \
                 new one first.",
            ),
        ],
        Some(("Sign in", house.link("/sign-in"))),
        "We send this email whenever an administrator signs someone out. If you don't know why, \
         reply to this email and the forum will help.",
    )
}

/// Says that the account is suspended, and that nothing is lost.
pub fn suspended(house: &House) -> Words {
    words(
        house,
        "Your account has been suspended",
        vec![
            "An administrator of the forum has suspended your account. You have been signed out, \
             and you can't sign in until it is restored."
                .into(),
            "Nothing you wrote has been deleted.".into(),
            to_do("If you don't know why, contact the forum."),
        ],
        Some(("Contact the forum", house.link("/contact"))),
        "We send this email whenever an account is suspended. You can't stop these emails.",
    )
}

/// Tells an administrator that somebody of the team was suspended. `by`: who did it.
pub fn suspended_someone(house: &House, name: &str, by: &str) -> Words {
    words(
        house,
        "Someone on the team has been suspended",
        vec![
            format!("{by} has suspended the account of {name}. They can't sign in.").into(),
            to_do("If you don't know why, ask them today. An administrator can restore it."),
        ],
        Some(("See the people here", house.link("/admin/people?has=suspended"))),
        "You get this email because you are an administrator. You can't stop these emails.",
    )
}

/// Says that the account works again.
pub fn restored(house: &House) -> Words {
    words(
        house,
        "Your account has been restored",
        vec![
            "An administrator of the forum has restored your account.".into(),
            to_do("You can sign in again, as before."),
        ],
        Some(("Sign in", house.link("/sign-in"))),
        "We send this email whenever an account is restored. You can't stop these emails.",
    )
}

/// Says that a second step was set up.
pub fn second_step_set_up(house: &House) -> Words {
    words(
        house,
        "You need a code to sign in from now on",
        vec![
            "The second step for your account has just been set up. From now on we will ask for a \
             code from the app on your phone when you sign in."
                .into(),
            to_do(
                "If you didn't do this, choose a new password straight away, and ask an \
                 administrator of the forum to reset the second step.",
            ),
        ],
        Some(("Your account", house.link(SECOND_STEP))),
        WHY_SECOND_STEP,
    )
}

/// Says that there are new recovery codes.
pub fn new_recovery_codes(house: &House) -> Words {
    words(
        house,
        "You have new recovery codes",
        vec![
            "New recovery codes have been made for your account. The ones you had no longer work."
                .into(),
            to_do("If you didn't do this, choose a new password straight away."),
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        WHY_SECOND_STEP,
    )
}

/// Says that somebody got in by a recovery code.
pub fn recovery_code_used(house: &House) -> Words {
    words(
        house,
        "One of your recovery codes was used",
        vec![
            "Someone signed in to your account with one of your recovery codes. Each works once."
                .into(),
            to_do(
                "If it wasn't you, choose a new password and make new recovery codes straight \
                 away.",
            ),
        ],
        Some(("See your second step", house.link(SECOND_STEP))),
        WHY_SECOND_STEP,
    )
}

/// Says that a second step was taken away by the person themselves.
pub fn second_step_removed(house: &House) -> Words {
    words(
        house,
        "You no longer need a code to sign in",
        vec![
            "The second step for your account has been removed.".into(),
            to_do("If you didn't do this, choose a new password straight away."),
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        WHY_SECOND_STEP,
    )
}

/// Says to somebody that an administrator took their second step away.
pub fn second_step_reset(house: &House) -> Words {
    words(
        house,
        "You can sign in without a code again",
        vec![
            "An administrator has reset the second step for your account, because you told us that \
             you lost your phone. You have been signed out everywhere."
                .into(),
            to_do("Sign in with your password, or with a link by email, and set it up again."),
        ],
        Some(("Sign in", house.link("/sign-in"))),
        "We send this email whenever someone's second step is reset. If you didn't ask for it, \
         reply to this email straight away.",
    )
}

/// Says to the other administrators that one of them took somebody's second step away.
pub fn second_step_reset_for(house: &House, name: &str, by: &str) -> Words {
    words(
        house,
        "Someone's second step was reset",
        vec![
            format!("{by} has reset the second step for {name}, who lost their phone.").into(),
            "Until they set it up again, they sign in without a code.".into(),
            to_do("If you think that this is wrong, talk to each other today."),
        ],
        Some(("See the people here", house.link("/admin/people"))),
        "We send this email to every administrator whenever one of them resets someone's second \
         step.",
    )
}

/// Says that somebody added a passkey, which signs in by itself.
pub fn passkey_added(house: &House, name: &str) -> Words {
    words(
        house,
        "A passkey was added to your account",
        vec![
            format!(
                "A passkey was added to your account: {name}. Whoever has it, and can unlock the \
                 phone or computer it is on, can sign in as you."
            )
            .into(),
            "If it was you, there is nothing to do.".into(),
            to_do(
                "If it wasn't you, sign in, remove it, sign out everywhere and choose a new \
                 password straight away.",
            ),
        ],
        Some(("See your passkeys", house.link("/account/passkeys"))),
        WHY_SECOND_STEP,
    )
}

/// Says that somebody removed a passkey.
pub fn passkey_removed(house: &House, name: &str) -> Words {
    words(
        house,
        "A passkey was removed from your account",
        vec![
            format!("A passkey was removed from your account: {name}. It no longer signs in.")
                .into(),
            to_do("If it wasn't you, choose a new password straight away."),
        ],
        Some(("See your passkeys", house.link("/account/passkeys"))),
        WHY_SECOND_STEP,
    )
}

const WHY_SECOND_STEP: &str =
    "We send this email whenever something about how you sign in changes.";
