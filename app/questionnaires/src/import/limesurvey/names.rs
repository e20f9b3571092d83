//! The fields, attributes and tables of a LimeSurvey file: what says nothing as it usually is, and
//! why the others can't be imported. After the columns of its tables and the attributes of its
//! question types, versions 1.9 to 6.

/// What only ties rows to each other, or is read with them, in tables that are read.
pub(super) const INNER: &[&str] = &[
    "id",
    "qid",
    "gid",
    "sid",
    "aid",
    "parent_qid",
    "language",
    "group_order",
    "question_order",
    "sortorder",
    "scale_id",
    "same_default",
    "same_script",
    "question_theme_name",
    "modulename",
];

/// The types of questions that are asked as one here, too.
pub(super) const KINDS: &[&str] =
    &["L", "!", "O", "M", "P", "R", "Y", "G", "5", "S", "T", "U", "N", "D", "X"];

/// Whether each line of a question of this type is answered by itself.
pub(super) fn is_table(what: &str) -> bool {
    matches!(what, "F" | "H" | "A" | "B" | "C" | "E" | "Q" | "K")
}

/// Words of a survey that everyone would have read.
pub(super) const READ_BY_PEOPLE: &[&str] = &[
    "surveyls_title",
    "surveyls_description",
    "surveyls_welcometext",
    "surveyls_endtext",
    "surveyls_policy_notice",
    "surveyls_legal_notice",
];

/// What fields and attributes are unless somebody chose something else, each value with the names
/// that it is usual for.
const USUAL: &[(&str, &[&str])] = &[
    ("N", &["other", "mandatory", "encrypted", "hidden", "save_as_default", "other_numbers_only"]),
    (
        "0",
        &[
            "encrypted",
            "hidden",
            "hide_tip",
            "page_break",
            "numbers_only",
            "random_order",
            "alphasort",
            "reverse",
            "assessment_value",
            "public_statistics",
            "scale_export",
            "statistics_graphtype",
            "num_value_int_only",
            "array_filter_style",
            "exclude_all_others_auto",
            "other_comment_mandatory",
            "other_numbers_only",
            "use_dropdown",
            "dropdown_dates",
            "dropdown_prepostfix",
            "display_columns",
            "display_type",
            "input_boxes",
            "multiflexible_checkbox",
            "show_grand_total",
            "slider_layout",
            "slider_middlestart",
            "slider_orientation",
            "slider_reset",
            "slider_showminmax",
            "location_city",
            "location_country",
            "location_mapservice",
            "location_nodefaultfromip",
            "location_postal",
            "location_state",
        ],
    ),
    (
        "1",
        &[
            "relevance",
            "grelevance",
            "display_columns",
            "statistics_showgraph",
            "statistics_showmap",
            "time_limit_action",
            "showpopups",
            "samechoiceheight",
            "samelistheight",
            "commented_checkbox_auto",
            "dropdown_dates_minute_step",
        ],
    ),
    ("checked", &["commented_checkbox"]),
    ("normal", &["answer_order"]),
    ("default", &["other_position"]),
    ("end", &["other_position"]),
    ("X", &["show_totals"]),
    ("core", &["question_template"]),
    ("500", &["location_mapwidth"]),
    ("300", &["location_mapheight"]),
    ("11", &["location_mapzoom"]),
];

/// Whether a field says nothing with this value.
pub(super) fn is_usual(name: &str, value: &str) -> bool {
    let is_this = |(usual, names): &(&str, &[&str])| *usual == value && names.contains(&name);
    value.is_empty() || USUAL.iter().any(is_this)
}

/// The same of an attribute. A question has one point where nobody chose, and an option none.
pub(super) fn is_usual_attribute(name: &str, value: &str) -> bool {
    is_usual(name, value) || (name == "assessment_value" && value == "1")
}

/// The same of a field in a table. Each line of a question has a type that says nothing.
pub(super) fn is_usual_in(table: &str, field: &str, value: &str) -> bool {
    let says_nothing = match table {
        "subquestions" => field == "type",
        "answers" => field == "assessment_value" && value == "1",
        _ => false,
    };
    says_nothing || is_usual(field, value)
}

/// The same of the settings of a survey: numbers by which it is known, and what is switched off or
/// as for all surveys.
pub(super) fn is_usual_setting(field: &str, value: &str) -> bool {
    const BY_ITSELF: &[&str] = &[
        "gsid",
        "owner_id",
        "surveyls_survey_id",
        "surveyls_language",
        "surveyls_dateformat",
        "surveyls_numberformat",
    ];
    INNER.contains(&field)
        || BY_ITSELF.contains(&field)
        || matches!(value, "N" | "0" | "I" | "-1" | "inherit")
}

/// Why a field or an attribute of a question was left out.
pub(super) fn why(name: &str) -> &'static str {
    let is = |begin: &str| name.starts_with(begin);
    match name {
        "relevance" => "each line and option is shown to everyone who is asked the question",
        "randomization_group" | "random_group" | "random_order" | "answer_order" | "alphasort" => {
            "questions and options are always in the order of the file"
        }
        "array_filter" | "array_filter_exclude" => {
            "people see all lines and options, whatever they chose in the question it names"
        }
        "exclude_all_others" => "people can choose from all options",
        "preg" | "em_validation_q" | "em_validation_sq" | "equation" | "min_answers"
        | "max_answers" | "maximum_chars" | "numbers_only" | "equals_num_value"
        | "min_num_value" | "max_num_value" | "min_num_value_n" | "max_num_value_n"
        | "date_min" | "date_max" => "this rule for answers can't be made here",
        "assessment_value" => "answers have no points here",
        "mandatory" => "people are only asked once for an answer that they need not give",
        "default" | "defaultvalue" => "answers are never filled in from the start",
        "script" => "no program of a file is run here",
        "other_replace_text" | "other_comment_mandatory" | "other_numbers_only" => {
            "“Something else” is always answered in words here"
        }
        "hidden" => "it says neither yes nor no",
        _ if is("statistics_") || is("public_") || name == "scale_export" => {
            "results are counted and shown in one way here"
        }
        _ if is("time_limit") => "there is no time limit for an answer here",
        _ if is("slider_") || is("multiflexible") || is("location_") => {
            "there is no such way to answer here"
        }
        _ if is("display_") || is("text_input") || is("dropdown") || is("css") || is("hide_") => {
            "how a question looks is always the same here"
        }
        "placeholder"
        | "date_format"
        | "question_template"
        | "samechoiceheight"
        | "samelistheight"
        | "prefix"
        | "suffix"
        | "page_break"
        | "cssclass"
        | "keep_aspect"
        | "repeat_headings"
        | "answer_width"
        | "label_input_columns"
        | "num_value_int_only"
        | "input_size"
        | "reverse"
        | "use_dropdown"
        | "input_boxes"
        | "parent_order" => "how a question looks is always the same here",
        _ => "there is nothing like it here",
    }
}

/// Tables that are read, or that say nothing by themselves.
pub(super) const READ: &[&str] = &[
    "LimeSurveyDocType",
    "DBVersion",
    "languages",
    "groups",
    "group_l10ns",
    "questions",
    "question_l10ns",
    "subquestions",
    "answers",
    "answer_l10ns",
    "defaultvalues",
    "defaultvalue_l10ns",
    "question_attributes",
    "conditions",
];

/// Why a table was left out.
pub(super) fn why_table(name: &str) -> &'static str {
    match name {
        "surveys" | "surveys_languagesettings" | "surveysettings" => {
            "Say what you need of this under “Change the details”. These settings were left out"
        }
        "quota" | "quota_members" | "quota_languagesettings" => {
            "Left out, because everyone can answer here, however many there are"
        }
        "assessments" => "Left out, because answers have no points here",
        "survey_url_parameters" => "Left out, because no address fills in answers here",
        "themes" | "themes_inherited" | "templates" => {
            "Left out, because it is how the survey looks"
        }
        "plugin_settings" => "Left out, because it is for other programs",
        _ => "Left out, because there is nothing like it here",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_usual_says_nothing_and_what_is_not_has_a_reason() {
        assert!(is_usual("mandatory", "N") && is_usual("anything", ""));
        assert!(!is_usual("mandatory", "Y") && !is_usual("anything", "0"));
        assert!(!is_usual("assessment_value", "1") && is_usual_attribute("assessment_value", "1"));
        assert!(why("slider_min").contains("no such way"));
        assert!(is_usual_in("subquestions", "type", "T") && !is_usual_in("answers", "type", "T"));
        assert!(is_usual_setting("anonymized", "N") && !is_usual_setting("anonymized", "Y"));
        assert_eq!(why("anything"), "there is nothing like it here");
    }
}
