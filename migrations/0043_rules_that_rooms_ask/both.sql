-- Rules that several rooms ask. Each has a twin in Rust, and both are asked about the same random rows
-- (server/tests/rooms/views.rs). A view holds ids, states and times, and no words that somebody wrote: PostgreSQL cannot make
-- anew what it remembers of a column that a view shows (ground/src/db/pages.rs).

-- Topics that everyone may read at their address. One that was joined with another after it was published keeps its words.
-- In Rust: topics::rules::Facts::is_public.
CREATE VIEW public_topics AS
SELECT id, round_id, proposed_at, published_at FROM topics
WHERE published_at IS NOT NULL AND passed_on_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL;

-- Topics that are in lists, are found and can be supported, answered and planned. One that was joined with another gives its
-- place to that. In Rust: topics::rules::Facts::is_listed.
CREATE VIEW listed_topics AS
SELECT id, round_id, proposed_at, published_at FROM topics
WHERE published_at IS NOT NULL AND passed_on_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL
  AND merged_at IS NULL;

-- Comments on the Local Offer that everyone may read. In Rust: local_offer::rules::Facts::is_public.
CREATE VIEW public_comments AS
SELECT id, published_at FROM comments
WHERE published_at IS NOT NULL AND passed_on_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL;

-- Changes that are in lists and are found: people were told, and nothing that they were told since follows. In Rust:
-- notices::rules::Course::is_listed.
CREATE VIEW listed_notices AS
SELECT n.id, n.started_at, n.effect_at FROM notices n
WHERE n.started_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.id AND f.started_at IS NOT NULL);

-- Who speaks and answers for what. In Rust: area::rules::Leader.

-- Leaders with an organisation to speak for: theirs, while it is not retired. Until an administrator has set it, a leader speaks
-- for nobody.
CREATE VIEW speaking_leaders AS
SELECT r.account_id, r.organisation_id FROM roles r
JOIN organisations o ON o.id = r.organisation_id AND o.retired_at IS NULL
WHERE r.role = 'leader';

-- Services that somebody is set down as running; once for each who does.
CREATE VIEW run_services AS
SELECT so.service_id, so.organisation_id FROM service_organisations so
JOIN organisations o ON o.id = so.organisation_id AND o.retired_at IS NULL;

-- Who speaks for a service: its organisations are set down as running it. Where none is, no leader does.
CREATE VIEW service_leaders AS
SELECT so.service_id, l.account_id FROM service_organisations so
JOIN speaking_leaders l ON l.organisation_id = so.organisation_id;

-- Who works on a plan and answers for it: leaders of the organisations that plan it, alone or with others.
CREATE VIEW plan_leaders AS
SELECT po.plan_id, r.account_id FROM plan_organisations po
JOIN roles r ON r.organisation_id = po.organisation_id AND r.role = 'leader';

-- Who answers for a topic: whoever speaks for one of its services, once for each of them; and where it is about none, every leader who speaks for
-- anybody.
CREATE VIEW topic_leaders AS
SELECT ts.topic_id, k.account_id FROM topic_services ts JOIN service_leaders k ON k.service_id = ts.service_id
UNION ALL SELECT t.id, l.account_id FROM topics t CROSS JOIN speaking_leaders l
  WHERE NOT EXISTS (SELECT 1 FROM topic_services ts WHERE ts.topic_id = t.id);

-- Who answers for a round: whoever does for one of its topics; once for each of them.
CREATE VIEW round_leaders AS
SELECT t.round_id, k.account_id FROM topics t JOIN topic_leaders k ON k.topic_id = t.id
WHERE t.round_id IS NOT NULL AND t.published_at IS NOT NULL;

-- Who answers for the results of a consultation: for its plan or else its topic; and where it is about neither, the organisation
-- that the forum chose, and nobody until it has.
CREATE VIEW consultation_leaders AS
SELECT c.id AS consultation_id, r.account_id FROM consultations c CROSS JOIN roles r
WHERE r.role = 'leader'
  AND CASE WHEN c.plan_id IS NOT NULL
           THEN EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = c.plan_id AND k.account_id = r.account_id)
           WHEN c.topic_id IS NOT NULL
           THEN EXISTS (SELECT 1 FROM topic_leaders k WHERE k.topic_id = c.topic_id AND k.account_id = r.account_id)
           ELSE EXISTS (SELECT 1 FROM speaking_leaders k
                        WHERE k.organisation_id = c.organisation_id AND k.account_id = r.account_id) END;

-- Who speaks for a change: whoever does for all its services.
CREATE VIEW notice_leaders AS
SELECT n.id AS notice_id, r.account_id FROM notices n CROSS JOIN roles r
WHERE r.role = 'leader'
  AND NOT EXISTS (SELECT 1 FROM notice_services ns WHERE ns.notice_id = n.id
                  AND NOT EXISTS (SELECT 1 FROM service_leaders k
                                  WHERE k.service_id = ns.service_id AND k.account_id = r.account_id));

-- Who answers a comment on the Local Offer: whoever speaks for its service; one about the whole list, every leader who speaks for
-- anybody.
CREATE VIEW comment_leaders AS
SELECT c.id AS comment_id, l.account_id FROM comments c CROSS JOIN speaking_leaders l
WHERE c.service_id IS NULL
   OR EXISTS (SELECT 1 FROM service_organisations so
              WHERE so.service_id = c.service_id AND so.organisation_id = l.organisation_id);

-- Who changes an update: leaders of its organisation; and of none, from before each leader had one, whoever began it.
CREATE VIEW update_leaders AS
SELECT u.id AS update_id, r.account_id FROM updates u
JOIN roles r ON r.organisation_id = u.organisation_id AND r.role = 'leader'
UNION ALL SELECT id, begun_by FROM updates WHERE organisation_id IS NULL;
