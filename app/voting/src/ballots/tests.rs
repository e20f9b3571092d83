//! Files as people make them.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// The supporters of each topic, by its number from 1.
fn supporters(file: &str, topics: usize) -> Vec<u64> {
    let election = read(file.as_bytes(), None).expect("a good file");
    (0..topics).map(|topic| election.supporters(topic)).collect()
}

fn fault(file: impl AsRef<[u8]>, topics: Option<usize>) -> String {
    read(file.as_ref(), topics).expect_err("a fault").to_string()
}

const PABULIB: &str = "META\nkey;value\ndescription;\"Parks; and \
    trees\"\nvote_type;approval\nPROJECTS\nproject_id;cost;name\n\
    7;100;\"A \"\"green\"\" yard\nwith \
        trees\"\n2;50;Bicycles\n9;1;Lamps\nVOTES\nvoter_id;age;vote\n\
    1;34;7,2\n2;;2\n3;20;\n4;20;\"2, 9 , 2\"\n";

#[test]
fn a_csv_has_a_line_for_each_voter_and_topics_by_their_number() {
    assert_eq!(supporters("voter,topics\n1,1;3\n2,3\n", 3), [1, 0, 2]);
}

#[test]
fn a_csv_from_a_spreadsheet_is_read_with_its_mark_its_line_ends_its_blanks_and_its_quotes() {
    let file = "\u{feff}Voter, Topics\r\n\r\n 1 ,\" 1 ; 3;\"\r\n,\r\n\"2\",3;;3;03\r\n";
    assert_eq!(supporters(file, 3), [1, 0, 2]);
    assert_eq!(read(file.as_bytes(), None).expect("a good file").voters(), 2);
}

#[test]
fn who_names_no_topic_is_no_voter() {
    assert_eq!(read(b"voter,topics\n1,\n2,1\n", None).expect("a good file").voters(), 1);
}

#[test]
fn a_file_without_ballots_is_an_election_without_voters() {
    assert_eq!(read(b"voter,topics\n", Some(5)).expect("a good file").voters(), 0);
}

#[test]
fn a_fault_tells_its_line_and_what_is_wrong() {
    assert_eq!(fault("", None), "line 1: the first line should be: voter,topics");
    assert_eq!(
        fault("voter;topics\n1;2\n", None),
        "line 1: the first line should be: voter,topics"
    );
    assert_eq!(
        fault("voter,topics\n1,2\n2,41\n", Some(30)),
        "line 3: topic 41 is not one of the 30 topics"
    );
    assert_eq!(
        fault("voter,topics\n1,2\n2,1;x\n", None),
        "line 3: there is no topic ‘x’: use its number"
    );
    assert_eq!(fault("voter,topics\n1,0\n", None), "line 2: there is no topic ‘0’: use its number");
    assert_eq!(fault("voter,topics\n12,1\n3,1\n12,2\n", None), "line 4: voter 12 appears twice");
    assert_eq!(
        fault("voter,topics\n1,2,3\n", None),
        "line 2: this line should have a voter and their topics, as in: 17,3;8"
    );
    assert_eq!(
        fault("voter,topics\n1\n", None),
        "line 2: this line should have a voter and their topics, as in: 17,3;8"
    );
    assert_eq!(fault("voter,topics\n ,3\n", None), "line 2: there is no voter before the topics");
    assert_eq!(fault(b"voter,topics\n1,1\n2,\xff\n", None), "line 3: this is not UTF-8 text");
}

#[test]
fn a_fault_after_blank_lines_or_a_broken_line_still_tells_the_line_one_sees() {
    assert_eq!(
        fault("voter,topics\r\n\r\n\r\n1,2\r\n\r\n2,x\r\n", None),
        "line 6: there is no topic ‘x’: use its number"
    );
    assert_eq!(
        fault("voter,topics\n1,\"2;\n3\"\n\n2,x\n", None),
        "line 5: there is no topic ‘x’: use its number"
    );
}

#[test]
fn a_number_that_no_file_could_mean_is_refused_before_it_costs_memory() {
    assert_eq!(
        fault("voter,topics\n1,4000000000\n", None),
        "line 2: topic 4000000000 is not one of the 100000 topics"
    );
    assert_eq!(
        fault("voter,topics\n1,4000000000\n", Some(usize::MAX)),
        "line 2: topic 4000000000 is not one of the 100000 topics"
    );
    assert_eq!(
        fault(format!("voter,topics\n1,{}\n", usize::MAX), Some(9)),
        format!("line 2: topic {} is not one of the 9 topics", usize::MAX)
    );
    let long = format!("voter,topics\n1,{}\n", "9".repeat(50));
    assert_eq!(
        fault(long, None),
        format!("line 2: there is no topic ‘{}…’: use its number", "9".repeat(40))
    );
}

#[test]
fn a_pabulib_file_numbers_its_projects_as_they_stand() {
    assert_eq!(supporters(PABULIB, 3), [1, 3, 1]);
    assert_eq!(supporters(&PABULIB.replace("VOTES", "Votes;;"), 3), [1, 3, 1]);
    assert_eq!(read(PABULIB.as_bytes(), None).expect("a good file").voters(), 3);
}

#[test]
fn the_example_of_the_pabulib_format_page_is_read() {
    let file = "META\nkey; value\ndescription; Municipal PB in Wieliczka\nnum_projects; \
        5\nvote_type; approval\nPROJECTS\n\
        project_id; cost; category\n1; 600; culture, education\n2; 800; sport\n4; 1400; \
            culture\n5; 1000; health, sport\n\
        7; 1200; education\nVOTES\nvoter_id; age; sex; vote\n1; 34; f; 1,2,4\n2; 51; m; 1,2\n3; \
            23; m; 2,4,5\n4; 19; f; 5,7\n\
        5; 62; f; 1,4,7\n6; 54; m; 1,7\n7; 49; m; 5\n8; 27; f; 4\n9; 39; f; 2,4,5\n10; 44; m; \
            4,5\n";
    assert_eq!(supporters(file, 5), [4, 4, 6, 5, 3]);
}

#[test]
fn a_pabulib_file_of_one_choice_each_is_counted_as_approvals_of_one() {
    let file = "META\nkey;value\nvote_type;choose-1\nPROJECTS\nproject_id;cost\n7;10\n9;20\nVOTES\n\
        voter_id;vote\n1;7\n2;9\n3;9\n4;\n";
    assert_eq!(supporters(file, 2), [1, 2]);
    assert_eq!(
        fault(file.replace("2;9", "2;7,9"), None),
        "line 11: this vote names 2 projects, and the votes are of type ‘choose-1’"
    );
}

#[test]
fn a_fault_in_a_pabulib_file_tells_its_line_too() {
    assert_eq!(fault(PABULIB.replace("2;;2", "2;;3"), None), "line 14: there is no project ‘3’");
    assert_eq!(fault(PABULIB.replace("2;;2", "1;;2"), None), "line 14: voter 1 appears twice");
    assert_eq!(
        fault(PABULIB.replace("2;;2", ";;2"), None),
        "line 14: there is no voter before the topics"
    );
    assert_eq!(fault(PABULIB.replace("9;1", "7;1"), None), "line 10: project 7 appears twice");
    let ordinal = "line 4: the votes are of type ‘ordinal’, and only approval and choose-1 votes \
        can be counted";
    assert_eq!(fault(PABULIB.replace("approval", "ordinal"), None), ordinal);
    assert_eq!(
        fault(PABULIB.replace("vote_type", "votes"), None),
        "line 11: vote_type in META is missing"
    );
    assert_eq!(
        fault(PABULIB.replace("project_id", "number"), None),
        "line 7: project_id is missing"
    );
    assert_eq!(
        fault(PABULIB.split_once("VOTES").expect("votes").0, None),
        "line 10: VOTES is missing"
    );
    assert_eq!(
        fault(PABULIB.replace("PROJECTS", "VOTES"), None),
        "line 5: PROJECTS before VOTES is missing"
    );
}

#[test]
fn a_recount_prints_the_numbers_in_order_and_the_reasons_if_wanted() {
    let election =
        read(b"voter,topics\n1,3;1\n2,3\n3,3\n4,3;2\n5,2;4\n", None).expect("a good file");
    assert_eq!(recount(&election, 3, Method::Shares, false), "3\n2\n1\n");
    assert_eq!(
        recount(&election, 3, Method::Count, true),
        "3: 4 supporters\n2: 2 supporters\n1: 1 supporters\n"
    );
    assert_eq!(
        recount(&election, 3, Method::Shares, true),
        "3: 4 supporters, 4 of them with no topic above; they can pay for it with 0.250000 each, \
         or all they have left\n\
         2: 2 supporters, 1 of them with no topic above; nobody can pay any more: these would \
             owe the least: 0.025000 each\n\
         1: 1 supporters, 0 of them with no topic above; nobody can pay any more: these would \
             owe the least: 0.650000 each\n"
    );
}

proptest! {
    #[test]
    fn no_bytes_at_all_make_it_stumble(
        file in vec(any::<u8>(), 0..200),
        topics in proptest::option::of(0..=5_usize),
    ) {
        let _ = read(&file, topics);
    }

    #[test]
    fn nothing_that_looks_like_a_file_makes_it_stumble(
        pieces in vec(prop::sample::select(&[
            "voter,topics\n", "META\n", "PROJECTS\n", "VOTES\n", "key;value\n",
            "vote_type;approval\n", "project_id\n", "voter_id;vote\n", "1", "2;", ",", ";", "\"",
            "\n", "\r\n", "\r", "18446744073709551615", "18446744073709551616", "\u{feff}", " ",
            "é",
        ][..]), 0..30),
        topics in proptest::option::of(prop_oneof![0..=5_usize, Just(usize::MAX)]),
    ) {
        let pabulib = "META\nkey;value\nvote_type;approval\n\
                       PROJECTS\nproject_id\n1\nVOTES\nvoter_id;vote\n";
        for start in ["", "voter,topics\n", pabulib] {
            if let Ok(election) = read((start.to_owned() + &pieces.concat()).as_bytes(), topics) {
                let _ = recount(&election, 2, Method::Shares, true);
            }
        }
    }

    #[test]
    fn a_fault_points_to_a_line_of_the_file(lines in vec("[1-3,;x\" ]{0,6}", 1..6)) {
        let file = format!("voter,topics\n{}\n", lines.join("\n"));
        if let Err(fault) = read(file.as_bytes(), Some(2)) {
            prop_assert!((2..=1 + lines.len() as u64).contains(&fault.line), "{fault} in {file:?}");
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_and_columns_beyond_the_hundredth_are_not_read() {
    let large = vec![b'\n'; LARGEST + 1];
    assert_eq!(fault(large, None), "line 1: the file is larger than 64 MB");
    let wide = PABULIB.replace("voter_id;age;vote", &format!("voter_id;{}vote", ";".repeat(100)));
    assert!(fault(wide, None).ends_with("vote is missing"));
}

/// The files that `cargo fuzz run ballots` begins with.
#[test]
fn hostile_ballots_are_counted_or_refused() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/ballots");
    let mut files = 0;
    for entry in std::fs::read_dir(corpus).expect("the corpus") {
        let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
        for bytes in [bytes.clone(), bytes.repeat(1_000)] {
            let voters = read(&bytes, None).map_or(0, |election| election.voters());
            assert!(voters <= bytes.len() as u64);
        }
        files += 1;
    }
    assert!(files >= 3, "{files}");
}
