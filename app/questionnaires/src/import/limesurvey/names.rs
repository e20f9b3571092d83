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

/// Whether a field or an attribute says nothing with this value: it is what it is unless somebody
/// chose something else.
pub(super) fn is_usual(name: &str, value: &str) -> bool {
    let usual: &[&str] = match name {
        "other"
        | "mandatory"
        | "encrypted"
        | "hidden"
        | "save_as_default"
        | "other_comment_mandatory"
        | "other_numbers_only"
        | "exclude_all_others_auto" => &["N", "0"],
        "relevance" | "grelevance" | "time_limit_action" => &["1"],
        "display_columns" | "statistics_showgraph" | "num_value_int_only" => &["0", "1"],
        "assessment_value"
        | "public_statistics"
        | "scale_export"
        | "statistics_graphtype"
        | "array_filter_style"
        | "alphasort"
        | "use_dropdown"
        | "dropdown_prepostfix"
        | "input_boxes"
        | "multiflexible_checkbox"
        | "reverse"
        | "slider_layout" => &["0"],
        "hide_tip" | "page_break" | "numbers_only" | "random_order" | "answer_order" => {
            &["0", "normal"]
        }
        "other_position" => &["default", "end"],
        _ => &[],
    };
    value.is_empty() || usual.contains(&value)
}

/// Why a field or an attribute of a question was left out.
pub(super) fn why(name: &str) -> &'static str {
    let is = |begin: &str| name.starts_with(begin);
    match name {
        "relevance" => "each line and option is shown to everyone who is asked the question",
        "randomization_group" | "random_group" | "random_order" | "answer_order" | "alphasort" => {
            "questions and options are always in the order of the file"
        }
        "array_filter" | "array_filter_exclude" | "exclude_all_others" => {
            "people can choose from all options"
        }
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
        "prefix"
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
    "question_attributes",
    "conditions",
];

/// Why a table was left out.
pub(super) fn why_table(name: &str) -> &'static str {
    match name {
        "surveys" | "surveys_languagesettings" | "surveysettings" => {
            "Say what you need of this under “Change the details”. These settings were left out"
        }
        "defaultvalues" | "defaultvalue_l10ns" => {
            "Left out, because answers are never filled in from the start"
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
        assert!(why("slider_min").contains("no such way"));
        assert_eq!(why("anything"), "there is nothing like it here");
    }
}
