package rows

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/handover"
)

var delivery = handover.Delivery{Ref: "eff-9.transport", Kind: "journeys", Columns: []string{"elevreferens", "namn", "km", "rullstol", "telefon"},
	Rows: [][]any{
		{"E-1001", "Elsa; \"Testsson\"", json.Number("4.25"), true, "+46701740605"},
		{"E-1002", "=HYPERLINK(\"http://x\")\nrad två", json.Number("-1"), false, nil},
		{"E-1003", "@SUM(A1)", json.Number("12"), nil, "\tx"},
	}}

func TestCSVOpensInExcelAndRunsNothing(t *testing.T) {
	got, err := CSV(delivery)
	if err != nil {
		t.Fatal(err)
	}
	want := "\ufeffelevreferens;namn;km;rullstol;telefon\r\n" +
		"E-1001;\"Elsa; \"\"Testsson\"\"\";4,25;ja;'+46701740605\r\n" +
		"E-1002;\"'=HYPERLINK(\"\"http://x\"\")\r\nrad två\";-1;nej;\r\n" +
		"E-1003;'@SUM(A1);12;;'\tx\r\n"
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

func TestJSONKeepsOrderAndExactNumbers(t *testing.T) {
	got, err := JSON(delivery)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"ref":"eff-9.transport","kind":"journeys","columns":["elevreferens","namn","km","rullstol","telefon"],"rows":[
{"elevreferens":"E-1001","namn":"Elsa; \"Testsson\"","km":4.25,"rullstol":true,"telefon":"+46701740605"},
{"elevreferens":"E-1002","namn":"=HYPERLINK(\"http://x\")\nrad två","km":-1,"rullstol":false,"telefon":null},
{"elevreferens":"E-1003","namn":"@SUM(A1)","km":12,"rullstol":null,"telefon":"\tx"}]}
`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	if !json.Valid(got) {
		t.Error("not JSON")
	}
	empty := delivery
	empty.Rows = nil
	if got, err := JSON(empty); err != nil || !json.Valid(got) {
		t.Errorf("no rows: %s %v", got, err)
	}
}

func TestCheck(t *testing.T) {
	if err := Check(delivery); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*handover.Delivery){
		"a path as reference": func(d *handover.Delivery) { d.Ref = "../x" },
		"a hidden reference":  func(d *handover.Delivery) { d.Ref = ".x" },
		"no kind":             func(d *handover.Delivery) { d.Kind = "" },
		"no columns":          func(d *handover.Delivery) { d.Columns = nil },
		"a column twice":      func(d *handover.Delivery) { d.Columns = []string{"a", "a"} },
		"a short row":         func(d *handover.Delivery) { d.Rows = [][]any{{"x"}} },
		"a float":             func(d *handover.Delivery) { d.Rows = [][]any{{"x", 1.5, nil, nil, nil}} },
		"a number that is not": func(d *handover.Delivery) {
			d.Rows = [][]any{{"x", json.Number("1e5"), nil, nil, nil}}
		},
		"a text that is not": func(d *handover.Delivery) { d.Rows = [][]any{{"x", "\xff", nil, nil, nil}} },
	} {
		d := delivery
		spoil(&d)
		if Check(d) == nil {
			t.Errorf("%s passed", name)
		}
	}
}
