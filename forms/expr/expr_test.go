package expr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/expr"
	"samtjanst/platform/fault"
)

var scope = forms.Scope{
	Answers: map[string]any{
		"namn": "Elsa", "antal": json.Number("3"), "stort": json.Number("12345678901234567"), "del": json.Number("1.5"), "ja": true, "noll": nil,
		"rader": []any{map[string]any{"ore": json.Number("100")}, map[string]any{"ore": json.Number("250")}, map[string]any{}},
	},
	Today: "2026-11-22",
}

func TestEval(t *testing.T) {
	for text, want := range map[string]string{
		`answers.namn + "!"`:           `"Elsa!"`,
		`answers.antal + 1`:            `4`,
		`answers.stort + 1`:            `12345678901234568`,
		`answers.del * 2.0`:            `3`,
		`answers.del > 1`:              `true`,
		`answers.noll`:                 `null`,
		`has(answers.saknas)`:          `false`,
		`answers.?saknas.?djupare`:     `absent`,
		`answers.?saknas.orValue("x")`: `"x"`,
		`{"a": answers.?saknas, "b": [answers.?namn, answers.?x]}`: `{"b":["Elsa"]}`,
		`sum(answers.rader.map(r, r.?ore.orValue(0)))`:             `350`,
		`sum([0.5, 1])`:                           `1.5`,
		`sum([])`:                                 `0`,
		`size(settings)`:                          `0`,
		`parties.map(p, p.role)`:                  `[]`,
		`age("201905142384", today)`:              `7`,
		`age("2019-11-22", today)`:                `7`,
		`age("2019-11-23", today)`:                `6`,
		`age("198306692396", "2001-06-09")`:       `18`,
		`addDays("2026-02-27", 2)`:                `"2026-03-01"`,
		`addMonths("2026-01-31", 1)`:              `"2026-02-28"`,
		`addMonths("2026-01-31", -2)`:             `"2025-11-30"`,
		`addYears("2024-02-29", 1)`:               `"2025-02-28"`,
		`daysBetween("2026-03-28", "2026-03-30")`: `2`,
		`year(today)`:                             `2026`,
		`weekday("2026-11-22")`:                   `7`,
		`workday("2026-04-03")`:                   `false`, // långfredagen
		`workday("2026-04-07")`:                   `true`,
		`workday("2026-05-14")`:                   `false`, // Kristi himmelsfärdsdag
		`workday("2026-06-19")`:                   `false`, // midsommarafton
		`addWorkdays("2026-12-23", 1)`:            `"2026-12-28"`,
		`addWorkdays("2026-12-28", -1)`:           `"2026-12-23"`,
		`cel.bind(a, answers.antal, a * a)`:       `9`,
		`["b", "a"].sort()`:                       `["a","b"]`,
	} {
		p, err := expr.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		v, present, err := p.Eval(scope, nil)
		got := "absent"
		if present {
			b, _ := json.Marshal(v)
			got = string(b)
		}
		if err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, text := range []string{"", "answers.", "okand", "1 + 'x'", "today + 1", strings.Repeat("(", 10_000), "age(today)", "1/0", "1e200 * 1e200",
		`"x".matches("(?=x)")`, `today.matches("(((a{1,1000}){1,1000}){1,1000})")`} {
		if _, err := expr.Compile(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%.20q: %v, want invalid", text, err)
		}
	}
	many := make([]any, 2000)
	for i := range many {
		many[i] = json.Number("1")
	}
	dear := forms.Scope{Answers: map[string]any{"l": many}}
	for _, text := range []string{"answers.saknas", `age("x", today)`, `addDays(today, 100000)`, `addDays("igår", 1)`, "div(1, 0, 2)", `sum(["x"])`,
		"answers.l.all(a, answers.l.all(b, answers.l.all(c, a + b + c > 0)))", "lists.range(100000000)", "1e60 * 1e60"} {
		p, err := expr.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		start := time.Now()
		if v, _, err := p.Eval(dear, nil); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s = %v, %v; want invalid", text, v, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %v", text, took)
		}
	}
}

func TestReads(t *testing.T) {
	for text, want := range map[string][]forms.Pointer{
		`today`:                                  {"/today"},
		`answers.elev.barn`:                      {"/answers/elev/barn"},
		`answers.?elev.?barn.orValue("")`:        {"/answers/elev/barn"},
		`answers["elev"].barn`:                   {"/answers/elev/barn"},
		`has(answers.elev.barn)`:                 {"/answers/elev/barn"},
		`answers.elev[computed.namn]`:            {"/answers/elev/*", "/computed/namn"},
		`answers.rader[0].dag`:                   {"/answers/rader/*/dag"},
		`answers.rader.exists(r, r.dag == "m")`:  {"/answers/rader", "/answers/rader/*/dag"},
		`facts.map(answers, answers)`:            {"/facts", "/facts/*"},
		`cel.bind(e, answers.elev, e.namn)`:      {"/answers/elev", "/answers/elev/namn"},
		`settings.?gransvarde[?answers.arskurs]`: {"/answers/arskurs", "/settings/gransvarde/*"},
		`[1].map(x, x)`:                          {},
	} {
		p, err := expr.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, p.Reads()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
