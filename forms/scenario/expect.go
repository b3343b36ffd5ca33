package scenario

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"samtjanst/forms"
)

func (r *runner) expect(e Expect) {
	v := r.view()
	if e.Pages != nil {
		r.differ("pages", list(e.Pages), pageIDs(v))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Computed)) {
		r.differ("computed "+name, e.Computed[name], v.Computed[name])
	}
	for _, id := range slices.Sorted(maps.Keys(e.Facts)) {
		r.differ("fact "+id, e.Facts[id], v.Facts["f-"+id])
	}
	for _, pointer := range slices.Sorted(maps.Keys(e.Options)) {
		r.differ("options of "+pointer, e.Options[pointer], r.options(v, pointer))
	}
	for _, pointer := range slices.Sorted(maps.Keys(e.Answers)) {
		got, _ := forms.Lookup(v.Answers, forms.Pointer(pointer))
		r.differ("submitted "+pointer, e.Answers[pointer], got)
	}
	if e.Subject != "" {
		r.differ("subject", e.Subject, r.graph.Subject(v))
	}
	if e.Unique != nil {
		r.differ("unique", *e.Unique, r.graph.Unique(v))
	}
	r.parties(e, v)
	r.grants(e, v)
	r.limits(e, v)
	r.sends(e, v)
	r.documents(e, v)
	if e.Complete {
		missing := []any{}
		for _, p := range r.graph.Validate(v, "") {
			missing = append(missing, string(p.Pointer)+" "+p.Code)
		}
		r.differ("complete", []any{}, missing)
	}
}

func (r *runner) options(v *forms.View, pointer string) []any {
	out := []any{}
	f := v.Form.FieldAt(forms.Pointer(pointer))
	if f == nil {
		return out
	}
	options := f.Options
	if f.OptionsFrom != "" {
		options = v.OptionsAt(f, forms.Pointer(pointer))
	}
	for _, o := range options {
		out = append(out, o.Value)
	}
	return out
}

func (r *runner) parties(e Expect, v *forms.View) {
	if e.Parties == nil && !e.Nobody {
		return
	}
	people, err := r.graph.Parties(v)
	if err != nil {
		r.fail("parties: %v", err)
		return
	}
	got := []any{}
	for _, p := range people {
		got = append(got, map[string]any{"role": p.Role, "number": p.Number, "name": p.Name, "signs": p.Signs})
	}
	if e.Nobody {
		e.Parties = []any{}
	}
	r.differ("parties", e.Parties, got)
}

func (r *runner) grants(e Expect, v *forms.View) {
	if e.Grants == nil && e.Rows == nil {
		return
	}
	rows, err := r.graph.Grants(v)
	if err != nil {
		r.fail("grants: %v", err)
		return
	}
	if e.Rows != nil {
		r.differ("rows granted", *e.Rows, len(rows))
	}
	if e.Grants == nil {
		return
	}
	got := []any{}
	for i, row := range rows {
		named := map[string]any{}
		if i < len(e.Grants) {
			want, _ := e.Grants[i].(map[string]any)
			for k := range want {
				named[k] = row[k]
			}
		} else {
			named = row
		}
		got = append(got, named)
	}
	r.differ("grants", e.Grants, got)
}

// diff compares by what is written: "" when equal, else the lines that differ with a few around them.
func diff(want, got any) string {
	w, g := written(want), written(got)
	if w == g {
		return ""
	}
	return lineDiff(strings.Split(w, "\n"), strings.Split(g, "\n"))
}

func written(v any) string {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// lineDiff is the shortest edit of lines, "-" expected and "+" found; long runs that agree are left out.
func lineDiff(a, b []string) string {
	lcs := make([][]int, len(a)+1)
	for i := range lcs {
		lcs[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				lcs[i][j] = lcs[i+1][j+1] + 1
			} else {
				lcs[i][j] = max(lcs[i+1][j], lcs[i][j+1])
			}
		}
	}
	var out []string
	same := 0
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			if same++; same <= 2 || (i+1 < len(a) && j+1 < len(b) && a[i+1] != b[j+1]) {
				out = append(out, "  "+a[i])
			}
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && lcs[i+1][j] >= lcs[i][j+1]):
			out, same = append(out, "- "+a[i]), 0
			i++
		default:
			out, same = append(out, "+ "+b[j]), 0
			j++
		}
	}
	return strings.Join(out, "\n")
}
