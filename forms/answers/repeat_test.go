package answers_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/formgen"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
)

const rowsLayout = `pages:
- {id: barn, title: Barn, sections: [{fields: [{pointer: /barn}, {pointer: /barn/*/namn}]}]}
- {id: svar, title: Svar, repeat: /barn, sections: [{fields: [{pointer: /barn/*/svar}]}]}
`

// inRows makes a form in which any schema is asked on a page for each of two rows; nil where it cannot be asked on a page of a published
// form, or where the value does not fit when the schema stands there.
func inRows(t *testing.T, schema []byte, value any) (*journey.Graph, map[string]any) {
	t.Helper()
	var inner map[string]any
	if err := json.Unmarshal(schema, &inner); err != nil {
		return nil, nil
	}
	whole := map[string]any{"type": "object", "properties": map[string]any{"barn": map[string]any{"type": "array", "title": "Barn", "maxItems": 4, "items": map[string]any{
		"type": "object", "properties": map[string]any{"namn": map[string]any{"type": "string", "title": "Namn"}, "svar": json.RawMessage(schema)}}}}}
	if defs, ok := inner["$defs"]; ok {
		whole["$defs"] = defs
	}
	raw, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	def, _ := forms.Load(formtest.FS(formtest.Meta, string(raw), rowsLayout), "prov")
	if def == nil {
		return nil, nil
	}
	form, _ := forms.Compile(def)
	if form == nil {
		return nil, nil
	}
	g, err := journey.New(form)
	if err != nil {
		return nil, nil
	}
	row := func(name string) any {
		return map[string]any{"namn": name, "svar": forms.Copy(value), "okänt": "kvar"}
	}
	return g, map[string]any{"barn": []any{row("A"), row("B")}}
}

// Whatever is asked on the page of a row: posting it unchanged changes nothing, and one control changes one place in that row.
func TestAnyPageOfARow(t *testing.T) {
	unchanged, changed := 0, 0
	for seed := range uint64(1200) {
		schema, value := sample(t, seed, formgen.Object)
		g, stored := inRows(t, schema, value)
		if g == nil {
			continue
		}
		v := formtest.View(t, g, stored)
		if len(g.Validate(v, "")) > 0 {
			continue
		}
		unchanged++
		post := answers.Encode(v, "svar.2", nil)
		for name := range post {
			if len(name) > 1 && name[1] == '/' && !strings.HasPrefix(name[1:], "/barn/1/svar") {
				t.Fatalf("seed %d: the page of the second row posts %s", seed, name)
			}
		}
		d := answers.Decode(g, v, "svar.2", browser(post))
		if diff := cmp.Diff(stored, d.Answers); diff != "" || len(d.Problems) > 0 {
			t.Fatalf("seed %d: (-stored +decoded)\n%s\nproblems %v\nschema %s\nvalue %s", seed, diff, d.Problems, schema, marshal(t, value))
		}
		own := answers.Decode(g, v, "barn", browser(answers.Encode(v, "barn", nil)))
		if diff := cmp.Diff(stored, own.Answers); diff != "" {
			t.Fatalf("seed %d: the rows' own page (-stored +decoded)\n%s", seed, diff)
		}
		inputs := answers.Inputs(v, "svar.2", nil)
		if len(inputs) == 0 {
			continue
		}
		c := inputs[rand.New(rand.NewPCG(seed, 3)).IntN(len(inputs))]
		want := forms.CopyObject(stored)
		if c.Field.Kind != forms.TextField || c.Name != answers.Control(c.At) || c.Field.Format != "" || !put(want, c.At, "ändrat") {
			continue
		}
		changed++
		post.Set(c.Name, "ändrat")
		if diff := cmp.Diff(want, answers.Decode(g, v, "svar.2", browser(post)).Answers); diff != "" {
			t.Fatalf("seed %d: %s changed (-want +decoded)\n%s", seed, c.At, diff)
		}
	}
	if unchanged < 100 || changed < 30 {
		t.Errorf("only %d pages posted unchanged, %d controls changed", unchanged, changed)
	}
}

// A row that is moved or taken away on its own page takes with it what was answered on the page of its own; the page of a row that is not
// there offers nothing.
func TestRowsKeepTheirPages(t *testing.T) {
	g, stored := inRows(t, []byte(`{"type":"string","title":"Svar"}`), "x")
	rows := stored["barn"].([]any)
	rows[0].(map[string]any)["svar"], rows[1].(map[string]any)["svar"] = "första", "andra"
	v := formtest.View(t, g, stored)
	press := func(op string) []any {
		post := answers.Encode(v, "barn", nil)
		post.Set(answers.FieldOp, op)
		list, _ := answers.Decode(g, v, "barn", post).Answers["barn"].([]any)
		return list
	}
	if diff := cmp.Diff([]any{rows[1], rows[0]}, press("down/barn/0")); diff != "" {
		t.Errorf("moved (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]any{rows[1]}, press("remove/barn/0")); diff != "" {
		t.Errorf("removed (-want +got)\n%s", diff)
	}
	for _, page := range []string{"svar.3", "svar.0", "svar", "svar.9"} {
		if in := answers.Inputs(v, page, nil); len(in) > 0 {
			t.Errorf("page %s offers %v", page, in)
		}
		d := answers.Decode(g, v, page, map[string][]string{"a/barn/0/svar": {"y"}, "a/barn/2/svar": {"z"}, "a/barn/8/svar": {"z"}})
		if diff := cmp.Diff(stored, d.Answers); diff != "" {
			t.Errorf("page %s takes (-stored +decoded)\n%s", page, diff)
		}
	}
	// Only the own row is read, whatever is posted.
	d := answers.Decode(g, v, "svar.1", map[string][]string{"a/barn/0/svar": {"ny"}, "a/barn/1/svar": {"fel"}, "a/barn/0/namn": {"fel"}, "r/barn": {"1"}})
	want := forms.CopyObject(stored)
	forms.Put(want, "/barn/0/svar", "ny")
	if diff := cmp.Diff(want, d.Answers); diff != "" {
		t.Errorf("(-want +decoded)\n%s", diff)
	}
}
