package fillkit

import (
	"regexp"

	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
)

// manual is what DraftView.Source says when there was no register to ask.
const manual = "manual"

// Sources tell where shown facts come from, by field. What was entered by hand, since the register was down, has none.
func (k *Kit) Sources(r *httpkit.Request, v *flow.DraftView) map[string]renderer.Source {
	if v.Source == "" || v.Source == manual {
		return nil
	}
	from := renderer.Source{Name: v.Source}
	if v.Source == "Navet" { // a name that only offices know
		from.Name = r.Locale().T("web.register")
	}
	if !v.FactsAt.IsZero() {
		from.Time = r.Locale().Date(v.FactsAt)
	}
	out := map[string]renderer.Source{}
	for _, id := range k.fromRegister(v.Form) {
		out[id] = from
	}
	return out
}

// fromRegister lists the shown facts of a form that read the register's, looked for once. What the form says it works out itself is none,
// though a child's age, say, goes into it.
func (k *Kit) fromRegister(form *forms.Form) []string {
	if have, ok := k.facts.Load(form.Version); ok {
		return have.([]string)
	}
	reckoned := map[string]bool{} // by expression, which says the same wherever it stands
	for _, page := range form.Def.Layout.Pages {
		for _, sec := range page.Sections {
			for _, f := range sec.Fields {
				if f.Reckoned {
					reckoned[f.Fact] = true
				}
			}
		}
	}
	var ids []string
	for _, page := range form.Pages {
		for _, sec := range page.Sections {
			for _, f := range sec.Fields {
				if f.Kind == forms.FactField && !reckoned[f.Fact] && readsFacts(form.Def.Meta.Computed, f.Fact, map[string]bool{}) {
					ids = append(ids, f.ID)
				}
			}
		}
	}
	k.facts.Store(form.Version, ids)
	return ids
}

var (
	factRef     = regexp.MustCompile(`\bfacts\.`)
	computedRef = regexp.MustCompile(`\bcomputed\.\??([A-Za-z_]\w*)`)
)

// readsFacts reports whether an expression reads the register's facts, itself or through computed values.
func readsFacts(computed map[string]string, expr string, seen map[string]bool) bool {
	if factRef.MatchString(expr) {
		return true
	}
	for _, m := range computedRef.FindAllStringSubmatch(expr, -1) {
		if name := m[1]; !seen[name] {
			seen[name] = true
			if readsFacts(computed, computed[name], seen) {
				return true
			}
		}
	}
	return false
}
