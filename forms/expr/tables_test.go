package expr_test

import (
	"testing"

	"samtjanst/forms"
)

func TestTables(t *testing.T) {
	in := forms.Scope{Today: "2026-11-22", Answers: map[string]any{"amne": "dans"}}
	for text, want := range map[string]string{
		`table("riksnorm", today).belopp * 2`:                                 `8561`,
		`table("riksnorm", "2025-01-01").belopp`:                              `4180`,
		`table("riksnorm", "2025-11-30").belopp`:                              `4180`,
		`table("riksnorm", "2025-12-01").?belopp`:                             `absent`, // between the rows
		`table("riksnorm", "2024-12-31").?belopp.orValue(0)`:                  `0`,
		`table("riksnorm", "2024-12-31").belopp`:                              `expr.Eval: invalid: no such key: belopp`,
		`table("riksnorm", "igår").belopp`:                                    `expr.Eval: invalid: a look-up needs a date`,
		`lookup("taxa", {"amne": "piano"}, "2026-06-30").avgift`:              `900`,
		`lookup("taxa", {"amne": "piano"}, "2026-07-01").avgift`:              `937.5`,
		`lookup("taxa", {"amne": answers.amne}, today)["avgift"]`:             `600`,
		`lookup("taxa", {"amne": "fiol"}, today).?avgift`:                     `absent`,
		`lookup("steg", {"antal": 1.0, "rabatt": true}, today).belopp`:        `0.1`,
		`lookup("steg", {"rabatt": false, "antal": 1.5}, today)`:              `{"antal":1.5,"belopp":0.2,"rabatt":false}`,
		`lookup("steg", {"antal": 1, "rabatt": "true"}, today).?belopp`:       `absent`,
		`cel.bind(r, table("riksnorm", today), string(r.belopp) + r.namn)`:    `"4280.5ensam"`,
		`["piano", "dans"].map(a, lookup("taxa", {"amne": a}, today).avgift)`: `[937.5,600]`,

		`table("riksnrm", today)`:                                       `expr.Compile: invalid: 1:7: there is no table "riksnrm", did you mean riksnorm?`,
		`1 + table("riksnorm", today).belop`:                            `expr.Compile: invalid: 1:29: the table "riksnorm" has no column "belop", did you mean belopp?`,
		`table("riksnorm", today).?belop`:                               `expr.Compile: invalid: 1:25: the table "riksnorm" has no column "belop", did you mean belopp?`,
		`table("riksnorm", today)["x"]`:                                 `expr.Compile: invalid: 1:25: the table "riksnorm" has no column "x"; there are belopp, namn`,
		`cel.bind(r, table("riksnorm", today), r.x)`:                    `expr.Compile: invalid: 1:40: the table "riksnorm" has no column "x"; there are belopp, namn`,
		`cel.bind(r, table("riksnorm", today), [{"x": 1}].map(r, r.x))`: `[1]`,
		`table(answers.amne, today)`:                                    `expr.Compile: invalid: 1:14: the name of a table is written out, in quotes`,
		`table("taxa", today)`:                                          `expr.Compile: invalid: 1:6: the table "taxa" has several rows a day: write lookup("taxa", {"amne": …}, date)`,
		`lookup("taxa", {"ämne": "a"}, today)`:                          `expr.Compile: invalid: 1:17: "ämne" is not in the key of the table "taxa"; there are amne`,
		`lookup("steg", {"antal": 1}, today)`:                           `expr.Compile: invalid: 1:16: the key of the table "steg" also has "rabatt"`,
		`lookup("taxa", answers, "2026-01-01").avgift`:                  `600`,
		`lookup("taxa", {}.map(k, k), today)`:                           `expr.Eval: invalid: a look-up needs a key and a date`,
	} {
		if got := eval(reference, text, in); got != want {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
}
