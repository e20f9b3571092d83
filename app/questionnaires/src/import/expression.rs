//! When a question is asked, as XLSForm (`${waits} = 'yes' and selected(${who}, 'child')`) and
//! LimeSurvey (`((waits.NAOK == "Y"))`) write it. Of that, what a branch here may be able to say:
//! several conditions that all hold, each that one of some options was chosen, or none of them.

use super::text::folded;

/// Conditions that all hold.
pub type Terms = Vec<Term>;

/// That one of these was chosen, or none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Each the name of a question, or of one of its lines, and a value.
    pub any_of: Vec<(String, String)>,
    /// Whether none of them was.
    pub is_not: bool,
}

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
    IsNot,
    Not,
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
            ("!=", Token::IsNot),
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
                "ne" => Token::IsNot,
                "not" => Token::Not,
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

    /// One of several.
    fn any(&mut self) -> Option<Terms> {
        let mut terms = self.all()?;
        while self.take(&Token::Or) {
            terms = either(terms, self.all()?)?;
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
        if self.take(&Token::Not) {
            return self.not();
        }
        if self.take(&Token::Open) {
            return self.in_brackets();
        }
        if self.take(&Token::Selected) {
            let opened = self.take(&Token::Open);
            let name = self.word()?;
            let value = (opened && self.take(&Token::Comma)).then(|| self.word()).flatten()?;
            return self.take(&Token::Close).then(|| term(name, value, false));
        }
        let name = self.word()?;
        let is_not = self.take(&Token::IsNot);
        let value = (is_not || self.take(&Token::Is)).then(|| self.word()).flatten()?;
        Some(term(name, value, is_not))
    }

    /// What is after a bracket, up to where it closes.
    fn in_brackets(&mut self) -> Option<Terms> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let terms = self.any()?;
        self.depth -= 1;
        self.take(&Token::Close).then_some(terms)
    }

    /// The opposite of what is in brackets, where that is one thing. That nothing of several
    /// questions was chosen is said of each of them.
    fn not(&mut self) -> Option<Terms> {
        let terms = if self.take(&Token::Open) { self.in_brackets()? } else { return None };
        let [term] = terms.as_slice() else { return None };
        if term.is_not {
            return Some(vec![Term { any_of: term.any_of.clone(), is_not: false }]);
        }
        let mut each: Terms = Vec::new();
        for (name, value) in term.any_of.iter().cloned() {
            match each.iter_mut().find(|one| one.any_of.iter().all(|(known, _)| *known == name)) {
                Some(one) => one.any_of.push((name, value)),
                None => each.push(Term { any_of: vec![(name, value)], is_not: true }),
            }
        }
        Some(each)
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

/// That one of these holds or the other, where a branch may be able to say that: they differ in one
/// thing that was chosen, or one says all that the other does and more.
fn either(one: Terms, other: Terms) -> Option<Terms> {
    let only = |terms: &Terms, without: &Terms| -> Vec<Term> {
        terms.iter().filter(|term| !without.contains(term)).cloned().collect()
    };
    match (only(&one, &other).as_slice(), only(&other, &one).as_slice()) {
        ([], _) => Some(one),
        (_, []) => Some(other),
        ([term], [more]) if !term.is_not && !more.is_not => {
            let any_of = term.any_of.iter().chain(&more.any_of).cloned().collect();
            let merged = Term { any_of, is_not: false };
            let common = one.iter().filter(|known| *known != term).cloned();
            Some(common.chain([merged]).collect())
        }
        _ => None,
    }
}

fn term(name: String, value: String, is_not: bool) -> Terms {
    vec![Term { any_of: vec![(name, value)], is_not }]
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
                    .map(|term| {
                        let any_of = term.any_of.iter();
                        let any_of = any_of.map(|(name, value)| format!("{name}={value}"));
                        let not = if term.is_not { "not " } else { "" };
                        format!("{not}{}", any_of.collect::<Vec<_>>().join("|"))
                    })
                    .collect::<Vec<_>>()
            })
        };
        let is =
            |terms: &[&str]| Some(terms.iter().map(|term| (*term).to_owned()).collect::<Vec<_>>());
        assert_eq!(read("${waits} = 'yes'"), is(&["waits=yes"]));
        assert_eq!(
            read("selected(${who}, 'child') and (${age}='a' or ${age} = 'b')"),
            is(&["who=child", "age=a|age=b"])
        );
        assert_eq!(read("((waits.NAOK == \"Y\"))"), is(&["waits.NAOK=Y"]));
        assert_eq!(
            read("(435X6X7.NAOK == 'A1') && (Q2_SQ001.NAOK == \"Y\")"),
            is(&["435X6X7.NAOK=A1", "Q2_SQ001.NAOK=Y"])
        );
        assert_eq!(read("${waits} = ‘yes’"), is(&["waits=yes"]), "a word processor's quotes");
        assert_eq!(read("selected(${waits},\u{a0}“yes”)"), is(&["waits=yes"]));
        assert_eq!(read("a_1 == \"Y\" or a_2 == \"Y\""), is(&["a_1=Y|a_2=Y"]));
        assert_eq!(read("${a} != 'x' and ${b} = 'y'"), is(&["not a=x", "b=y"]));
        assert_eq!(read("not(selected(${a}, 'x') or ${a} = 'y')"), is(&["not a=x|a=y"]));
        assert_eq!(read("not(not(${a} = 'x'))"), is(&["a=x"]));
        assert_eq!(read("not(${a} = 'x' or ${b} = 'y')"), is(&["not a=x", "not b=y"]));
        // Conditions on two questions, as far as they differ in one of them.
        assert_eq!(
            read("(${a} = 'x' and ${b} = 'y') or (${a} = 'x' and ${b} = 'z')"),
            is(&["a=x", "b=y|b=z"])
        );
        assert_eq!(
            read("${a} = 'x' and ${b} = 'y' or ${b} = 'z' and ${a} = 'x'"),
            is(&["a=x", "b=y|b=z"]),
            "without brackets, and in another order"
        );
        assert_eq!(read("${a} = 'x' or (${a} = 'x' and ${b} = 'y')"), is(&["a=x"]));
        assert_eq!(read("(${a} = 'x' and ${b} = 'y') or ${b} = 'y'"), is(&["b=y"]));
        assert_eq!(read("${a} = 'x' or ${b} = 'y'"), is(&["a=x|b=y"]), "no branch can say that");
        for other in [
            "${age} > 5",
            "${a} != 'x' or ${a} = 'y'",
            "not(${a} = 'x' and ${b} = 'y')",
            "(${a} = 'x' and ${b} = 'y') or (${a} = 'w' and ${b} = 'z')",
            "(${a} = 'x' and ${b} = 'y') or (${a} = 'x' and ${b} != 'z')",
            "not ${a} = 'x'",
            "not(${a} = 'x'",
            "${a} != ",
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
            sign in "[(),!='\"${}a& |]{1,6}",
            times in 1_usize..2_000,
        ) {
            let read = terms(&sign.repeat(times));
            prop_assert!(read.is_none_or(|terms| terms.len() <= MOST_TERMS));
        }
    }
}
