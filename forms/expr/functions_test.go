package expr_test

import (
	"encoding/json"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/expr"
)

// reference has the tables that the examples of the reference read.
var reference = expr.For(&forms.Definition{Tables: map[string]forms.Table{
	"riksnorm": {Rows: []forms.TableRow{
		{From: "2026-01-01", Values: map[string]any{"belopp": json.Number("4280.50"), "namn": "ensam"}},
		{From: "2025-01-01", To: "2025-11-30", Values: map[string]any{"belopp": json.Number("4180"), "namn": "ensam"}},
	}},
	"taxa": {Key: []string{"amne"}, Rows: []forms.TableRow{
		{From: "2025-07-01", Values: map[string]any{"amne": "piano", "avgift": json.Number("900")}},
		{From: "2026-07-01", Values: map[string]any{"amne": "piano", "avgift": json.Number("937.50")}},
		{From: "2025-07-01", Values: map[string]any{"amne": "dans", "avgift": json.Number("600")}},
	}},
	"steg": {Key: []string{"antal", "rabatt"}, Rows: []forms.TableRow{
		{Values: map[string]any{"antal": json.Number("1"), "rabatt": true, "belopp": json.Number("0.1")}},
		{Values: map[string]any{"antal": json.Number("1.50"), "rabatt": false, "belopp": json.Number("0.2")}},
	}},
}})

// eval gives a result as JSON, "absent", or the error.
func eval(lang *expr.Language, text string, scope forms.Scope) string {
	p, err := lang.Compile(text)
	if err != nil {
		return err.Error()
	}
	v, present, err := p.Eval(scope, nil)
	if err != nil {
		return err.Error()
	}
	if !present {
		return "absent"
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func TestEachExampleGivesWhatItSays(t *testing.T) {
	named := map[string]bool{}
	for _, f := range expr.Functions() {
		if named[f.Name] {
			t.Errorf("%s is told of twice", f.Name)
		}
		named[f.Name] = true
		if f.Group == "" || f.Signature == "" || f.Meaning == "" {
			t.Errorf("%s lacks something: %+v", f.Name, f)
		}
		want := f.Result
		if json.Valid([]byte(want)) && want[0] == '"' { // as encoding/json writes it
			var s string
			_ = json.Unmarshal([]byte(want), &s)
			b, _ := json.Marshal(s)
			want = string(b)
		}
		if f.Name == "table" {
			want = "4280.5" // the value; the text is not kept
		}
		if got := eval(reference, f.Example, forms.Scope{Today: "2026-11-22"}); got != want {
			t.Errorf("%s = %s, want %s", f.Example, got, want)
		}
	}
	if len(named) < 60 {
		t.Errorf("only %d functions are told of", len(named))
	}
}

// Whatever can be called is told of: a function without a line in the reference is one that nobody bounded.
func TestEveryFunctionIsToldOf(t *testing.T) {
	named := map[string]bool{}
	for _, f := range expr.Functions() {
		named[f.Name] = true
	}
	for _, name := range expr.Declared() {
		if !named[name] {
			t.Errorf("%s can be called and is not told of", name)
		}
	}
}
