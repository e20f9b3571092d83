//! When a question is asked, as XLSForm (`${waits} = 'yes' and selected(${who}, 'child')`) and
//! LimeSurvey (`((waits.NAOK == "Y"))`) write it. Of that, what a branch here can say: several
//! conditions that all hold, each that one of some options of one question was chosen.

use super::text::folded;

/// For each condition the name of the question, and the values one of which was chosen.
pub type Terms = Vec<(String, Vec<String>)>;

/// The longest expression that is read, in bytes.
const LONGEST: usize = 4_000;
/// The most conditions that must all hold.
const MOST_TERMS: usize = 20;

/// The conditions of an expression; `None` where it says something else, or too much.
#[must_use]
pub fn terms(expression: &str) -> Option<Terms> {
    if expression.len() > LONGEST {
        return None;
    }
    let tokens = tokens(&folded(expression))?;
    let mut parser = Parser { tokens: &tokens, depth: 0 };
    let terms = parser.any()?;
    (parser.tokens.is_empty() && terms.len() <= MOST_TERMS).then_some(terms)
}

/// Whether it always holds, or never, as it says itself; `None` where that hangs on something.
#[must_use]
pub fn constant(expression: &str) -> Option<bool> {
    if expression.len() > LONGEST {
        return None;
    }
    let words = folded(expression).to_lowercase();
    let bare = words.trim_matches(|c: char| c.is_whitespace() || c == '(' || c == ')');
    match bare {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    Is,
    And,
    Or,
    Selected,
    Open,
    Close,
    Comma,
}

fn tokens(expression: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim();
    while let Some(first) = rest.chars().next() {
        let fixed = [
            ("(", Token::Open),
            (")", Token::Close),
            (",", Token::Comma),
            ("==", Token::Is),
            ("=", Token::Is),
            ("&&", Token::And),
            ("||", Token::Or),
        ];
        let (token, length) = if let Some((text, token)) =
            fixed.into_iter().find(|(text, _)| rest.starts_with(text))
        {
            (token, text.len())
        } else if let Some(name) = rest.strip_prefix("${") {
            let end = name.find('}')?;
            (Token::Name(name[..end].trim().to_owned()), end + 3)
        } else if first == '\'' || first == '"' {
            let end = rest[1..].find(first)?;
            (Token::Text(rest[1..=end].to_owned()), end + 2)
        } else {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || "_.-:#".contains(c)))
                .unwrap_or(rest.len());
            let word = &rest[..end];
            let token = match word.to_ascii_lowercase().as_str() {
                "" => return None,
                "and" => Token::And,
                "or" => Token::Or,
                "eq" => Token::Is,
                "selected" => Token::Selected,
                _ => Token::Name(word.to_owned()),
            };
            (token, end)
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

/// The deepest brackets that are read.
const DEEPEST: usize = 40;

struct Parser<'t> {
    tokens: &'t [Token],
    depth: usize,
}

impl Parser<'_> {
    fn take(&mut self, token: &Token) -> bool {
        let is_next = self.tokens.first() == Some(token);
        if is_next {
            self.tokens = &self.tokens[1..];
        }
        is_next
    }

    /// One of several: they must all be about one question.
    fn any(&mut self) -> Option<Terms> {
        let mut terms = self.all()?;
        while self.take(&Token::Or) {
            let other = self.all()?;
            let ([(name, values)], [(other_name, more)]) = (terms.as_mut_slice(), other.as_slice())
            else {
                return None;
            };
            if name != other_name {
                return None;
            }
            values.extend(more.iter().cloned());
        }
        Some(terms)
    }

    fn all(&mut self) -> Option<Terms> {
        let mut terms = self.one()?;
        while self.take(&Token::And) {
            terms.extend(self.one()?);
        }
        Some(terms)
    }

    fn one(&mut self) -> Option<Terms> {
        if self.take(&Token::Open) {
            self.depth += 1;
            if self.depth > DEEPEST {
                return None;
            }
            let terms = self.any()?;
            self.depth -= 1;
            return self.take(&Token::Close).then_some(terms);
        }
        if self.take(&Token::Selected) {
            let opened = self.take(&Token::Open);
            let name = self.word()?;
            let value = (opened && self.take(&Token::Comma)).then(|| self.word()).flatten()?;
            return self.take(&Token::Close).then(|| vec![(name, vec![value])]);
        }
        let name = self.word()?;
        let value = self.take(&Token::Is).then(|| self.word()).flatten()?;
        Some(vec![(name, vec![value])])
    }

    fn word(&mut self) -> Option<String> {
        let word = match self.tokens.first()? {
            Token::Name(word) | Token::Text(word) => word.clone(),
            _ => return None,
        };
        self.tokens = &self.tokens[1..];
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn conditions_of_both_are_read() {
        let read = |expression: &str| {
            terms(expression).map(|terms| {
                terms
                    .into_iter()
                    .map(|(name, values)| format!("{name}: {}", values.join("|")))
                    .collect::<Vec<_>>()
            })
        };
        let is =
            |terms: &[&str]| Some(terms.iter().map(|term| (*term).to_owned()).collect::<Vec<_>>());
        assert_eq!(read("${waits} = 'yes'"), is(&["waits: yes"]));
        assert_eq!(
            read("selected(${who}, 'child') and (${age}='a' or ${age} = 'b')"),
            is(&["who: child", "age: a|b"])
        );
        assert_eq!(read("((waits.NAOK == \"Y\"))"), is(&["waits.NAOK: Y"]));
        assert_eq!(
            read("(435X6X7.NAOK == 'A1') && (Q2_SQ001.NAOK == \"Y\")"),
            is(&["435X6X7.NAOK: A1", "Q2_SQ001.NAOK: Y"])
        );
        assert_eq!(read("${waits} = ‘yes’"), is(&["waits: yes"]), "a word processor's quotes");
        assert_eq!(read("selected(${waits},\u{a0}“yes”)"), is(&["waits: yes"]));
        for other in [
            "${a} = 'x' or ${b} = 'y'",
            "${age} > 5",
            "not(${a} = 'x')",
            "${a} != 'x'",
            "",
            "(",
            "${a",
            "'x",
            "${a} = 'x' ${b}",
            "count(a)",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(terms(&"(".repeat(100_000)), None, "brackets without end");
        let brackets = |deep: usize| format!("{}a = 'x'{}", "(".repeat(deep), ")".repeat(deep));
        assert!(terms(&brackets(DEEPEST)).is_some());
        assert_eq!(terms(&brackets(DEEPEST + 1)), None);
        let many = |terms: usize| "a = 'x' and ".repeat(terms - 1) + "a = 'x'";
        assert_eq!(terms(&many(MOST_TERMS)).map(|terms| terms.len()), Some(MOST_TERMS));
        assert_eq!(terms(&many(MOST_TERMS + 1)), None);
        assert_eq!(terms(&format!("a = '{}'", "x".repeat(LONGEST))), None);
    }

    #[test]
    fn what_always_or_never_holds_is_known() {
        for always in ["1", "true()", " ( TRUE ) ", "yes"] {
            assert_eq!(constant(always), Some(true), "{always}");
        }
        for never in ["0", "false()", "no", "(0)"] {
            assert_eq!(constant(never), Some(false), "{never}");
        }
        for neither in ["", "${a} = 1", "10", "not(true())"] {
            assert_eq!(constant(neither), None, "{neither}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_can_stand_there_fails(expression in ".{0,60}") {
            let _ = terms(&expression);
        }

        #[test]
        fn nor_do_signs_again_and_again(
            sign in "[(),='\"${}a& |]{1,6}",
            times in 1_usize..2_000,
        ) {
            let read = terms(&sign.repeat(times));
            prop_assert!(read.is_none_or(|terms| terms.len() <= MOST_TERMS));
        }
    }
}
