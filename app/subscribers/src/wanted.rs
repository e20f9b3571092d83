//! Who wants to be told, as parts of statements.

/// A subscription `s` that is about a notice: to one of its services, in one of its places or
/// everywhere.
pub fn is_about(notice: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM notice_services ns WHERE ns.service_id = s.service_id
         AND ns.notice_id = {notice})
         AND (s.place_id = '' OR NOT EXISTS (SELECT 1 FROM notice_places np
           WHERE np.notice_id = {notice})
              OR EXISTS (SELECT 1 FROM notice_places np WHERE np.notice_id = {notice}
                AND np.place_id = s.place_id))"
    )
}

/// Whether a subscriber asks for what a notice is about. Both are named as the statement around it
/// names them.
pub fn asks_for(subscriber: &str, notice: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = {subscriber}
         AND s.ended_at IS NULL AND {})",
        is_about(notice)
    )
}

/// Whether a subscriber has chosen to stop what a notice is about, since people were told about
/// `since`: a subscription that was about it, or, if none was left, its emails themselves. Two
/// machines' clocks may be a minute apart.
pub fn stopped(subscriber: &str, notice: &str, since: &str) -> String {
    format!(
        "(EXISTS (SELECT 1 FROM ledger x WHERE x.notice_id = {since}
         AND x.subscriber_id = {subscriber} AND x.stopped_at IS NOT NULL)
          OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = {subscriber}
            AND s.ended_how IN ('one click', 'own page')
                   AND s.ended_at >= (SELECT o.started_at - 60000 FROM notices o
                     WHERE o.id = {since}) AND {}))",
        is_about(notice)
    )
}

/// Whether a row of the ledger is still to be told: the subscriber asks for it; or it follows what
/// they were told about, and they have not chosen to stop. The row is named as the statement around
/// this names it.
pub fn is_wanted(row: &str) -> String {
    let followed = format!("(SELECT n.follows_id FROM notices n WHERE n.id = {row}.notice_id)");
    let (subscriber, notice) = (format!("{row}.subscriber_id"), format!("{row}.notice_id"));
    format!(
        "({} OR ({followed} IS NOT NULL AND NOT {}))",
        asks_for(&subscriber, &notice),
        stopped(&subscriber, &notice, &followed)
    )
}
