//! Who is asking, as every room and page needs to know it. `accounts` finds out, from the session
//! behind the cookie.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use calendar::clock::{MINUTE, Millis, Moment};

use crate::error::Error;
use crate::ids::{Account, Id, Place, Session};

/// The person who asks, signed in or not, and for which public page.
#[derive(Clone, Debug, Default)]
pub struct Viewer {
    person: Option<Arc<SignedIn>>,
    asks_for: Option<PublicPage>,
}

/// For how long a page says that somebody has just joined.
const JUST: Millis = 15 * MINUTE;

/// The path of a page that search engines may find, in the extensions of a request for it.
#[derive(Clone, Debug)]
pub(crate) struct PublicPage(pub Arc<str>);

#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account_id: Id<Account>,
    pub session_id: Id<Session>,
    /// The name others see.
    pub shown_name: String,
    pub email: String,
    pub facts: PersonFacts,
    /// The roles they were given, whatever is asked of them first. Whether they act in one,
    /// [`Viewer::is`] says.
    pub holds: Vec<Role>,
    pub joined_at: Moment,
    /// When this session was last noted as used.
    pub seen_at: Moment,
    /// When they were here before this visit; `None` on their first.
    pub visited_before: Option<Moment>,
    /// Whether they have shown in the last minutes that it is them: by password, link, code or
    /// passkey.
    pub is_fresh: bool,
    /// Whether a second step is asked of them when they sign in.
    pub second_step: SecondStep,
    /// When their account will be erased, where they asked for that.
    pub leaves_at: Option<Moment>,
}

/// What a person says of themselves by choosing from the area's lists, as where they live: the ids,
/// by columns of `accounts`. Which there are, `accounts::person_facts` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFacts(BTreeMap<&'static str, String>);

/// The column for the part of the area they live in.
pub const PLACE: &str = "place_id";

impl PersonFacts {
    /// Those of somebody who lives there and has said no more.
    #[must_use]
    pub fn living_in(place: &Id<Place>) -> Self {
        Self(BTreeMap::from([(PLACE, place.to_string())]))
    }

    /// The part of the area they live in, if they said it.
    #[must_use]
    pub fn place_id(&self) -> Option<Id<Place>> {
        self.get(PLACE).map(Id::from)
    }

    /// What they chose for this column, if they did.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(String::as_str)
    }

    /// Whether they have said none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says what they chose for this column; nothing where it is `None`.
    pub fn set(&mut self, column: &'static str, chosen: Option<String>) {
        self.0.extend(chosen.map(|id| (column, id)));
    }
}

/// A second step of signing in: a code from a phone or a passkey, after a password or a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondStep {
    /// They have none, and nobody asks them to.
    NotAsked,
    /// They have none, and will need one from then on.
    AskedFrom(Moment),
    /// They have none, and need one to do anything but what a parent does.
    Missing,
    SetUp,
}

impl SignedIn {
    /// Whether they hold a role of the team.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.holds.iter().any(|role| role.is_staff())
    }
}

impl Viewer {
    #[must_use]
    pub fn of(person: SignedIn) -> Self {
        Self { person: Some(Arc::new(person)), asks_for: None }
    }

    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.person.is_some()
    }

    /// Whether they act in this role now: they hold it, and if a second step is asked of whoever
    /// has it, theirs is set up. What a page shows or does for a role asks this, most of all where
    /// the address is for everyone and so asks nobody for anything first.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.holds(role) && !(role.is_staff() && self.lacks_second_step())
    }

    /// Whether they were given this role, though they may still have to set up a second step before
    /// they act in it: for what leads them there, as the table of addresses and the menu, and for
    /// how they want to be told. It opens nothing.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.person.as_ref().is_some_and(|person| person.holds.contains(&role))
    }

    /// Whether a person has shown in the last minutes that it is them.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.is_fresh)
    }

    /// Whether they must set up a second step before they do anything but what a parent does.
    #[must_use]
    pub(crate) fn lacks_second_step(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.second_step == SecondStep::Missing)
    }

    /// The person, with the second step that is asked of them: for statements that find out by the
    /// account whom somebody works for. Who still has to set one up is as everyone here.
    #[must_use]
    pub fn with_second_step(&self) -> Option<&SignedIn> {
        self.person().filter(|_| !self.lacks_second_step())
    }

    /// Whether their account is about to be erased.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.leaves_at.is_some())
    }

    /// Whether they have joined in the last minutes.
    #[must_use]
    pub fn has_just_joined(&self, now: Moment) -> bool {
        self.person.as_ref().is_some_and(|person| now < person.joined_at.saturating_add(JUST))
    }

    /// The desks that are theirs, in the order of the roles, though they may be led to the second
    /// step there.
    pub fn desks(&self) -> impl Iterator<Item = Desk> {
        Role::ALL.into_iter().filter(|role| self.holds(*role)).filter_map(Role::desk)
    }

    /// Whether "Propose a topic" leads anywhere for them: parents can, and a visitor may be one.
    #[must_use]
    pub fn may_propose(&self) -> bool {
        !self.is_signed_in() || self.is(Role::Parent)
    }

    #[must_use]
    pub fn person(&self) -> Option<&SignedIn> {
        self.person.as_deref()
    }

    /// The path of the page that is asked for, where search engines may find it.
    pub(crate) fn public_page(&self) -> Option<&str> {
        self.asks_for.as_ref().map(|page| &*page.0)
    }

    /// The person. Only for addresses whose rule lets nobody else in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the rule of the address did not keep its promise.
    pub fn signed_in(&self) -> Result<&SignedIn, Error> {
        self.person().ok_or(Error::Forbidden)
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let viewer = parts.extensions.get::<Self>().cloned().unwrap_or_default();
        Ok(Self { asks_for: parts.extensions.get::<PublicPage>().cloned(), ..viewer })
    }
}

/// What a person may do here. One account may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A parent or carer with a confirmed address: proposes and supports.
    Parent,
    /// A volunteer at the forum: checks topics, runs rounds.
    Organiser,
    /// An officer of the council or the NHS.
    Leader,
    /// The named person at the forum who reads what is passed on privately.
    Safeguarding,
    /// Invites people, sets roles, services and places.
    Admin,
}

/// Where whoever holds a role begins the day.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    pub path: &'static str,
    pub title: &'static str,
    /// On the button that leads there.
    pub go: &'static str,
}

/// What is so of a role. The menu, the home page, invitations, the command line and emails take it
/// from here.
#[derive(Clone, Copy, Debug)]
struct Facts {
    role: Role,
    word: &'static str,
    title: &'static str,
    /// Several who have it, within a sentence.
    many: &'static str,
    /// In words that follow "can".
    may: &'static str,
    /// What all who are told of it read about it; `None`: nobody is told who has it.
    watched: Option<&'static str>,
    /// `None`: whoever has it begins at home, as parents do.
    desk: Option<Desk>,
}

/// Every role, in the order they are shown.
const ROLES: [Facts; 5] = [
    Facts {
        role: Role::Parent,
        word: "parent",
        title: "Parent or carer",
        many: "parents and carers",
        may: "propose and support topics",
        watched: None,
        desk: None,
    },
    Facts {
        role: Role::Organiser,
        word: "organiser",
        title: "Forum organiser",
        many: "organisers",
        may: "read and publish what parents send us, and look after voting rounds, \
              consultations and plans",
        watched: None,
        desk: Some(Desk {
            path: "/forum",
            title: "Organisers’ desk",
            go: "Go to the organisers’ desk",
        }),
    },
    Facts {
        role: Role::Leader,
        word: "leader",
        title: "Leader",
        many: "leaders",
        may: "write for an organisation: answer parents, and tell families about changes",
        watched: None,
        desk: Some(Desk {
            path: "/lead", title: "Leaders’ desk", go: "Go to the leaders’ desk"
        }),
    },
    Facts {
        role: Role::Safeguarding,
        word: "safeguarding",
        title: "Safeguarding lead",
        many: "safeguarding leads",
        may: "read what parents wrote about danger, which we record each time",
        watched: Some(
            "Safeguarding leads can read what parents wrote about danger. We record each time \
             someone opens it.",
        ),
        desk: Some(Desk {
            path: "/forum/safeguarding",
            title: "Safeguarding desk",
            go: "Go to the safeguarding desk",
        }),
    },
    Facts {
        role: Role::Admin,
        word: "admin",
        title: "Administrator",
        many: "administrators",
        may: "invite people, and give and remove every role",
        watched: Some("Administrators can invite people, and give and remove every role."),
        desk: Some(Desk { path: "/admin", title: "Administration", go: "Go to administration" }),
    },
];

impl Role {
    /// Every role, in the order they are shown.
    pub const ALL: [Self; ROLES.len()] = {
        let mut all = [Self::Parent; ROLES.len()];
        let mut nth = 0;
        while nth < all.len() {
            all[nth] = ROLES[nth].role;
            assert!(all[nth] as usize == nth, "ROLES has another order than Role");
            nth += 1;
        }
        all
    };

    const fn facts(self) -> Facts {
        ROLES[self as usize]
    }

    /// Whether it lets people change what others see: more than a parent can.
    #[must_use]
    pub fn is_staff(self) -> bool {
        self != Self::Parent
    }

    /// The roles of the team, in the order they are shown: those that people are invited to.
    pub fn staff() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|role| role.is_staff())
    }

    /// The word it is stored and invited under.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.facts().word
    }

    /// As it is shown to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.facts().title
    }

    /// Several who have it, within a sentence.
    #[must_use]
    pub fn many(self) -> &'static str {
        self.facts().many
    }

    /// What somebody with it can do, after "can".
    #[must_use]
    pub fn may(self) -> &'static str {
        self.facts().may
    }

    /// Where others are told who has this role, what they read about it. Nobody reads what was
    /// passed on without their knowing, and no administrator is alone before the others know.
    #[must_use]
    pub fn watched(self) -> Option<&'static str> {
        self.facts().watched
    }

    /// Where whoever holds it begins the day; `None` for whoever begins at home: parents, and who
    /// only reads what others write.
    #[must_use]
    pub fn desk(self) -> Option<Desk> {
        self.facts().desk
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Somebody with every role, of whom this is asked.
    fn with_every_role(second_step: SecondStep) -> Viewer {
        let at = Moment::from_millis(1);
        Viewer::of(SignedIn {
            account_id: Id::fresh(),
            session_id: Id::fresh(),
            shown_name: "Somebody".to_owned(),
            email: "somebody@example.org".to_owned(),
            facts: PersonFacts::default(),
            holds: Role::ALL.to_vec(),
            joined_at: at,
            seen_at: at,
            visited_before: None,
            is_fresh: true,
            second_step,
            leaves_at: None,
        })
    }

    #[test]
    fn whoever_has_no_second_step_that_is_asked_of_them_acts_as_a_parent_alone() {
        let later = Moment::from_millis(2);
        for second_step in [SecondStep::NotAsked, SecondStep::AskedFrom(later), SecondStep::SetUp] {
            let viewer = with_every_role(second_step);
            assert!(Role::ALL.into_iter().all(|role| viewer.is(role)), "{second_step:?}");
            assert!(viewer.with_second_step().is_some(), "{second_step:?}");
        }
        let viewer = with_every_role(SecondStep::Missing);
        for role in Role::ALL {
            assert!(viewer.holds(role), "{role:?}");
            assert_eq!(viewer.is(role), role == Role::Parent, "{role:?}");
        }
        assert!(viewer.with_second_step().is_none());
    }

    #[test]
    fn every_role_is_read_from_its_own_word() {
        for role in Role::ALL {
            assert_eq!(Role::read(role.word()), Some(role));
        }
        assert_eq!(Role::read("root"), None);
    }

    #[test]
    fn only_staff_have_a_desk_and_no_two_roles_share_one() {
        for role in Role::ALL {
            assert!(role.is_staff() || role.desk().is_none(), "{role:?}");
        }
        let desks: Vec<_> = Role::ALL.into_iter().filter_map(Role::desk).collect();
        let paths: BTreeSet<_> = desks.iter().map(|desk| desk.path).collect();
        assert_eq!(paths.len(), desks.len(), "{desks:?}");
    }
}
