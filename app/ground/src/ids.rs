//! What a thing's id is the id of, so that two ids of different things can't change places.
//!
//! An [`Id<Topic>`] is text in the tables and in addresses, and reads as a `&str` where it is
//! shown. It can't be passed where an `Id<Account>` is asked for.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Any, Database, Decode, Encode, Type};

/// The id of a `T`: of one row of its table.
pub struct Id<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

/// A person's account.
pub enum Account {}

/// A session behind a cookie.
pub enum Session {}

/// A part of the area.
pub enum Place {}

/// A service that families use.
pub enum Service {}

/// A school term.
pub enum Term {}

/// What must be done in the area every year.
pub enum Duty {}

/// That a duty was done in a year.
pub enum DutyReport {}

/// Somebody who represents the forum.
pub enum Representative {}

/// A meeting to which the forum sent somebody.
pub enum Meeting {}

/// The council, an NHS body, or another that answers for services.
pub enum Organisation {}

/// A topic that a parent proposed.
pub enum Topic {}

/// A round of voting.
pub enum Round {}

/// Something unusual about who joined or voted before a round closed.
pub enum UnusualJoining {}

/// A plan of one or several organisations.
pub enum Plan {}

/// A draft of a plan.
pub enum Draft {}

/// What was decided about a plan.
pub enum Decision {}

/// What is said about who a plan affects.
pub enum EqualityRecord {}

/// A topic or a theme that a decision answers.
pub enum DecisionThing {}

/// What sort of plan a plan is.
pub enum PlanKind {}

/// A report whose recommendations plans must answer.
pub enum Report {}

/// A recommendation of a report.
pub enum Recommendation {}

/// A meeting at which a plan was worked on.
pub enum PlanningSession {}

/// A link to a planning session, for parents who were there.
pub enum SessionSlip {}

/// A consultation of the forum.
pub enum Consultation {}

/// What one family answered in a consultation.
pub enum Response {}

/// What answers were sorted under.
pub enum Theme {}

/// A change to a service that families are told about.
pub enum Notice {}

/// A question about a notice.
pub enum NoticeQuestion {}

/// An answer to a question about a notice.
pub enum NoticeAnswer {}

/// A mailbox that wants to be told.
pub enum Subscriber {}

/// That a subscriber wants to be told about a service.
pub enum Subscription {}

/// What came of something: a promise, and what was done.
pub enum Update {}

/// What a parent with a different experience told the forum about an update.
pub enum Doubt {}

/// The forum's view of an update.
pub enum Verdict {}

/// A file that was added as evidence.
pub enum EvidenceFile {}

/// What a leader published about how long families wait for a service.
pub enum WaitReport {}

/// The forum's view of how long families are said to wait.
pub enum WaitVerdict {}

/// What a parent told the forum who waited longer, or not as long.
pub enum WaitDoubt {}

/// A comment on the Local Offer.
pub enum Comment {}

/// What an organisation answered to a comment.
pub enum CommentResponse {}

/// What the forum says about something that was promised in answer to a comment.
pub enum CommentVerdict {}

/// Something in an answer that may mean danger.
pub enum Concern {}

/// That something published was taken down.
pub enum Takedown {}

/// An email that is owed.
pub enum Delivery {}

/// That an account has stopped some of its emails.
pub enum EmailStop {}

/// An invitation to take a role.
pub enum Invitation {}

/// What somebody chose before they were signed in.
pub enum FirstAct {}

/// A passkey of an account.
pub enum Passkey {}

/// A browser in which staff have signed in.
pub enum KnownDevice {}

impl<T> Id<T> {
    /// A new row's id that tells when it was made; see [`id::fresh`].
    #[must_use]
    pub fn fresh() -> Self {
        Self::from(id::fresh())
    }

    /// A new row's id that says nothing; see [`id::random`].
    #[must_use]
    pub fn random() -> Self {
        Self::from(id::random())
    }

    /// An id as an address or a form gives it, in the form the tables hold; `None` if it cannot be
    /// one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        id::parse(text).map(Self::from)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// From text that is known to be the id of a `T`: a column, an address. What no row has finds
/// nothing.
impl<T> From<String> for Id<T> {
    fn from(text: String) -> Self {
        Self { text, of: PhantomData }
    }
}

impl<T> From<&str> for Id<T> {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl<T> From<Id<T>> for String {
    fn from(id: Id<T>) -> Self {
        id.text
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self::from(self.text.clone())
    }
}

impl<T> Default for Id<T> {
    fn default() -> Self {
        Self::from(String::new())
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.text, formatter)
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialEq<str> for Id<T> {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl<T> PartialEq<&str> for Id<T> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

/// As its text does, so that a map of ids can be asked with a `&str`.
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T> Deref for Id<T> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T> AsRef<str> for Id<T> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<T> Borrow<str> for Id<T> {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl<T> Type<Any> for Id<T> {
    fn type_info() -> <Any as Database>::TypeInfo {
        <str as Type<Any>>::type_info()
    }
}

impl<T> Encode<'_, Any> for Id<T> {
    fn encode_by_ref(
        &self,
        buffer: &mut <Any as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <String as Encode<'_, Any>>::encode_by_ref(&self.text, buffer)
    }
}

impl<T> Decode<'_, Any> for Id<T> {
    fn decode(value: <Any as Database>::ValueRef<'_>) -> Result<Self, BoxDynError> {
        <String as Decode<'_, Any>>::decode(value).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn an_id_is_found_in_a_map_by_its_text() {
        let topics: HashMap<Id<Topic>, u8> = HashMap::from([("a".into(), 1)]);
        assert_eq!(topics.get::<str>("a"), Some(&1));
    }

    #[test]
    fn what_cannot_be_an_id_is_none() {
        assert_eq!(Id::<Topic>::parse("../topics"), None);
        let id = Id::<Topic>::random();
        assert_eq!(Id::<Topic>::parse(&id.to_uppercase()), Some(id));
    }
}
