package journey

import (
	"samtjanst/forms"
	"samtjanst/forms/expr"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// party is a compiled role.
type party struct {
	def   *forms.Party
	from  *expr.Program
	signs condition
}

// Participant is somebody resolved to take part in the case beside the applicant.
type Participant struct {
	Role   string // party's role in the definition
	Title  forms.Text
	Number string // twelve digits; "" when unknown: reached by letter, signs on paper
	Name   string // "" when unknown
	Signs  bool   // must sign
	Own    bool   // fills the own section before signing
	Email  string // as the applicant gave it, or the directory has it: for the officer and notices only, never shown to another party
	Phone  string // likewise
}

// Parties resolves who takes part beside the applicant. Who must sign is law, so an expression that fails is an error
// (fault.Invalid), as is a number that is none.
func (g *Graph) Parties(v *forms.View) ([]Participant, error) {
	const op = "journey.Parties"
	var out []Participant
	scope := visibleScope(v)
	r := &run{view: v, scope: scope}
	for _, p := range g.parties {
		people, err := g.people(p, scope, v)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		signs := r.holds(p.signs, nil)
		if p.def.Directory != nil && signs && len(people) == 0 {
			return nil, fault.Newf(op, fault.Invalid, "party %s: nobody holds that role", p.def.Role)
		}
		for _, e := range people {
			m, _ := e.(map[string]any)
			number, _ := m["number"].(string)
			name, _ := m["name"].(string)
			if number != "" && !idno.Valid(number) {
				return nil, fault.Newf(op, fault.Invalid, "party %s: not a number", p.def.Role)
			}
			one := Participant{Role: p.def.Role, Title: g.form.Translate("parties."+p.def.Role+".title", p.def.Title), Number: number,
				Name: name, Own: p.def.Own, Signs: signs}
			if one.Email, one.Phone = contact(v, forms.Pointer(p.def.Contact)); p.def.Directory != nil {
				one.Email, _ = m["email"].(string)
				one.Phone, _ = m["phone"].(string)
			}
			out = append(out, one)
		}
	}
	return out, nil
}

// people are those whom a party's expression, or the directory, names.
func (g *Graph) people(p party, scope forms.Scope, v *forms.View) ([]any, error) {
	if p.def.Directory != nil {
		return scope.Holders[p.def.Role], nil
	}
	if p.from == nil {
		return nil, nil
	}
	value, ok, err := p.from.Eval(scope, v.Computed)
	if err != nil {
		return nil, err
	}
	people, isList := value.([]any)
	if ok && !isList {
		return nil, fault.Newf("journey.people", fault.Invalid, "party %s: from gives no list", p.def.Role)
	}
	return people, nil
}

func contact(v *forms.View, at forms.Pointer) (email, phone string) {
	if at == "" {
		return "", ""
	}
	c, _ := forms.Lookup(v.Answers, at)
	m, _ := c.(map[string]any)
	email, _ = m["email"].(string)
	phone, _ = m["phone"].(string)
	return email, phone
}

// visibleScope is what expressions after the pass read: the answers without what is hidden.
func visibleScope(v *forms.View) forms.Scope {
	scope := v.Scope
	scope.Answers = v.Answers
	return scope
}

// Hindered tells whether the service cannot be used by the one whose view it is, and the reason: for the log and the author only.
// People see the same neutral text whatever it is.
func (g *Graph) Hindered(v *forms.View) (reason string, hindered bool) {
	r := &run{view: v, scope: visibleScope(v)}
	for i, h := range g.hindrance {
		if r.holds(h, nil) {
			return g.form.Def.Meta.Hindrance[i].Reason, true
		}
	}
	return "", false
}

// Subject is who or what the case is about, as lists show it; "" when not known yet.
func (g *Graph) Subject(v *forms.View) string { return g.text(g.subject, v) }

// Unique is the key by which a second application for the same thing is found; "" for none. It may hold personal data: store and
// compare it hashed.
func (g *Graph) Unique(v *forms.View) string { return g.text(g.unique, v) }

func (g *Graph) text(p *expr.Program, v *forms.View) string {
	if p == nil {
		return ""
	}
	value, _, err := p.Eval(visibleScope(v), v.Computed)
	if err != nil {
		v.Failed[p.Text] = err.Error()
		return ""
	}
	s, _ := value.(string)
	return s
}

// Grants proposes the rows that a positive decision gives, each an object by the definition's columns. View.Scope.Parties has the
// other parties' own sections. An expression that fails is fault.Invalid.
func (g *Graph) Grants(v *forms.View) ([]map[string]any, error) {
	const op = "journey.Grants"
	if g.grants == nil {
		return nil, nil
	}
	value, _, err := g.grants.Eval(visibleScope(v), v.Computed)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	list, _ := value.([]any)
	out := make([]map[string]any, 0, len(list))
	for _, e := range list {
		row, ok := e.(map[string]any)
		if !ok {
			return nil, fault.Newf(op, fault.Invalid, "a granted row is no object")
		}
		out = append(out, row)
	}
	return out, nil
}
