//! Numbers and days survive the way into a segment and into JSON.

use super::*;

#[test]
fn a_share_is_written_as_it_was_read() {
    for text in ["0.00383", "0.73075", "1", "0", "0.97565", "0.943580000", "0.000000001"] {
        let share: Share = text.parse().unwrap();
        let written = serde_json::to_string(&share).unwrap();
        let number: f64 = text.parse().unwrap();
        assert_eq!(written.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{text} {written}");
        assert_eq!(serde_json::from_str::<Share>(&written).unwrap(), share);
        assert_eq!(share.to_string().parse::<Share>().unwrap(), share);
    }
    for wrong in ["1.1", "-0.1", "nan", "inf", "", "x", "0,1"] {
        let refused = wrong.parse::<Share>().unwrap_err().to_string();
        assert_eq!(refused, format!("“{wrong}” is not a number from 0 to 1"));
    }
    assert!(serde_json::from_str::<Share>("2.0").is_err());
}

#[test]
fn what_a_fact_says_is_had_back() {
    let kev = Kev { added: day("2021-12-10"), due: Some(day("2021-12-24")), ransomware: true };
    let record = kev.fact("CVE-2021-44228").unwrap();
    assert_eq!(record.affected[0].package, "CVE-2021-44228");
    assert_eq!(record.advisory.id, r#"{"added":"2021-12-10","due":"2021-12-24","ransomware":true}"#);
    assert_eq!(Kev::of_fact(&record.advisory.id), Some(kev));
    let (score, percentile) = ("0.00383".parse().unwrap(), "0.73075".parse().unwrap());
    let record = Epss::fact("CVE-1999-0001", score, percentile);
    assert_eq!(record.advisory.id, "0.00383 0.73075");
    let date = day("2025-02-20");
    assert_eq!(Epss::of_fact(&record.advisory.id, date), Some(Epss { score, percentile, date }));
    assert_eq!(
        (Kev::of_fact("soon"), Epss::of_fact("0.1", date), Epss::of_fact("2 1", date)),
        (None, None, None)
    );
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
