//! How strongly decision-making tends to one action: proved, checked, counted.

use crate::Workplace;
use serde_json::{Value, json};

const SETS: &str =
    r#"{"a": [["1/2", "1/2", 0, 0]], "b": [[0, 0, 0.5, 0.5]], "c": [[0, 0, 1, 0]], "states": ["w", "x", "y", "z"]}"#;

fn workplace() -> Workplace {
    let place = Workplace::new();
    place.file("sets.json", SETS);
    place.file("death.json", r#"{"a": {"basis": 2}, "b": {"basis": "51"}}"#);
    place.file(
        "table.json",
        r#"{"a": [[1, 0, 0]], "b": [[0, 1, 0], [0, 0, 1]], "states": ["ghost", "apple", "cherry"]}"#,
    );
    place.file("shared.json", r#"{"a": [[1, 0]], "b": [[0, 1], [1, 0]]}"#);
    place.file("inexact.json", r#"{"a": [[0.1, 0]], "b": [[0, 0.1]]}"#);
    place.file("lengths.json", r#"{"a": [[1, 0]], "b": [[0, 1, 0]]}"#);
    place
}

/// Snapshots of what the binary answers, whatever the exit code.
macro_rules! answers {
    ($($name:ident: $arguments:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(workplace().answer($arguments));
        }
    )*};
}

answers! {
    certify_average: "orbit certify candy --state start --prefer wait --over candy";
    certify_discounted: "orbit certify candy --state start --prefer wait --over candy --discount 1/2";
    certify_every_discount: "orbit certify case-study --state ★ --prefer r▷ --over ℓ◁ --criterion discounted";
    certify_power: "orbit certify case-study --state ★ --prefer r▷ --over ℓ◁ --rule power";
    certify_several: "orbit certify case-study --state ★ --prefer ℓ◁,r▷ --over ∅";
    certify_any: "orbit certify scale-double --state start --prefer Wait --over A,B --rule any";
    certify_counted: "orbit certify --sets death.json";
    certify_moved: "orbit certify --sets sets.json";
    certify_shared: "orbit certify --sets shared.json";
    certify_more: "orbit certify candy --state start --prefer wait --over candy --copies 3";
    certify_inexact: "orbit certify --sets inexact.json";
    certify_lengths: "orbit certify --sets lengths.json";
    certify_no_action: "orbit certify candy --state start --prefer waits --over candy";
    certify_no_state: "orbit certify candy --state begin --prefer wait --over candy";
    certify_average_discount: "orbit certify candy --state start --prefer wait --over candy --criterion average --discount 1/2";
    certify_sets_of_power: "orbit certify --sets table.json --rule power";
    certify_unknown_coordinate: "orbit certify --sets table.json --permute ghost,pear";
    copies_several: "orbit copies case-study --state ★ --prefer ℓ◁,r▷ --over ∅";
    copies_none: "orbit copies candy --state start --prefer wait --over candy --discount 1/2";
    copies_json: "orbit copies --sets table.json --json";
    tendency_average: "orbit tendency candy --state start --prefer wait --over candy --reward 0,0,1,1";
    tendency_names: "orbit tendency candy --state start --prefer wait --over candy --discount 1/2 --reward wait=3/4,choc=1,hug=1";
    tendency_sets: "orbit tendency --sets table.json --reward 10,5,0 --decision satisficing:threshold=3 --json";
    tendency_boltzmann: "orbit tendency --sets table.json --reward 10,5,0 --decision boltzmann:temperature=1";
    tendency_length: "orbit tendency candy --state start --prefer wait --over candy --reward 0,1";
    tendency_decision: "orbit tendency --sets table.json --reward 10,5,0 --decision satisfising:threshold=3";
    tendency_number: "orbit tendency --sets table.json --reward 10,5,x";
    probability_exact: "orbit probability candy --state start --discount 1/2";
    probability_average: "orbit probability case-study --state ★ --criterion average";
    probability_sampled: "orbit probability candy --state start --discount 1/2 --method sampled --samples 1000 --json";
    probability_without: "orbit probability candy --state start";
}

#[test]
fn certificates_are_documents() {
    let place = workplace();
    let document =
        place.document("orbit certify candy --state start --prefer wait --over candy --criterion average --json");
    let text = |key: &str| document[key].as_str();
    assert_eq!(document["schema"], json!(1));
    assert_eq!(["verdict", "n", "m", "bound"].map(text), [Some("certified"), Some("2"), Some("1"), Some("2/3")]);
    assert!(document["certificate"].is_object() && document["reason"].is_null());

    // The document is checked like the certificate in it.
    place.file("document.json", &document.to_string());
    place.file("certificate.json", &document["certificate"].to_string());
    for file in ["document.json", "certificate.json"] {
        let verified = place.document(&format!("orbit verify {file} --json"));
        assert_eq!((&verified["verdict"], &verified["bound"]), (&json!("verified"), &json!("2/3")));
    }
    let mut changed = document["certificate"].clone();
    changed["bound"] = json!("3/4");
    place.file("changed.json", &changed.to_string());
    insta::assert_snapshot!(place.answer("orbit verify changed.json"), @r"
    refuted: `bound` says `3/4`, but the certificate shows `2/3`
    --- exit code 1
    ");
    place.file("no.json", "{}");
    insta::assert_snapshot!(place.answer("orbit verify no.json"), @r"
    --- stderr
    error: `no.json` is no certificate
      caused by: missing field `schema` at line 1 column 2
      hint: `dunamis orbit certify … --output FILE` writes one
    --- exit code 2
    ");
}

#[test]
fn certificates_are_written() {
    let place = workplace();
    let answer = place.answer("orbit certify --sets death.json --rule optimal --output death-certificate.json");
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    let verified = place.document("orbit verify death-certificate.json --json");
    assert_eq!((&verified["n"], &verified["m"], &verified["bound"]), (&json!("51"), &json!("2"), &json!("51/53")));
}

#[test]
fn refusals_have_reasons() {
    let answer = workplace().answer("orbit certify --sets sets.json --json");
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(1), ""));
    let document: Value = serde_json::from_str(&answer.stdout).expect("a document");
    assert_eq!((&document["verdict"], &document["condition"]), (&json!("refused"), &json!("moves-option")));
    assert_eq!(document["witness"]["from"], json!(["0", "0", "1", "0"]));
    assert!(document["n"].is_null() && document["certificate"].is_null());
}

#[test]
fn counts_are_exact_texts() {
    let document = workplace().document(
        "orbit tendency candy --state start --prefer wait --over candy --discount 1/2 --reward 3/4,0,1,1 --json",
    );
    let count = |key: &str| document[key].as_str().expect("a text").to_owned();
    assert_eq!(["greater", "less", "equal", "orbit", "weak"].map(count), ["5", "7", "0", "12", "5/12"]);
}
