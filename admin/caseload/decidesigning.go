package caseload

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// Who signs a decision, where the form has it signed: the one who writes it, or colleagues before whom it is laid.

// Values of the choice, and names of its controls.
const (
	signHow    = "underskrift"
	signMyself = "sjalv"
	signLaid   = "framlagt"
	signAsked  = "fraga"
	signOrder  = "ordning"
	signNews   = "nytt"
)

// mostAsked is before how many the page lets a proposal be laid.
const mostAsked = 5

// signingChoice is that part of the form; nil when decisions are not signed.
type signingChoice struct {
	How   ui.Field
	Lead  string     // how those are asked before whom it is laid
	Asked []ui.Field // whom first, whom then
	Error string
	Can   bool      // there is a colleague to lay it before
	May   []decider // who may decide now, by the register; none when the officer chooses among colleagues
	Why   *ui.Field // why they are asked in another order; nil when the order is the officer's own
}

// decider is somebody who may decide, in the order in which they are asked.
type decider struct {
	Name, Right, Phone, Tel string
	OnCall, Signs           bool
}

// reason is the control of why they are asked in another order.
func (s *signingChoice) reason() control {
	if s == nil || s.Why == nil {
		return control{"/orderReason", &ui.Field{}, ""}
	}
	return control{"/orderReason", s.Why, ""}
}

// news is the control of what is new since somebody was against an earlier proposal.
func (p *decidePage) news() control {
	if p.News == nil {
		return control{"/news", &ui.Field{}, "-news"}
	}
	return control{"/news", p.News, "-news"}
}

// news asks what is new since somebody said no.
func (w words) news(no casework.No, typed string) *ui.Field {
	return &ui.Field{Name: signNews, Label: w.T("admin.decide.news"), Value: typed, Rows: 4,
		Hint: w.T("admin.decide.news-hint", "name", no.Name, "time", w.DateTime(no.At), "reason", strings.TrimRight(no.Reason, ". "))}
}

// parseSigning reads who is to sign.
func parseSigning(v url.Values, in *flow.DecisionInput) {
	in.Propose = v.Get(signHow) == signLaid
	for _, subject := range v[signAsked] {
		if subject != "" {
			in.Signers = append(in.Signers, subject)
		}
	}
	in.OrderReason, in.News = v.Get(signOrder), v.Get(signNews)
}

// mayTake reports whether somebody may take decisions of the case, or lay them before those who sign.
func mayTake(c *flow.StaffCase, a identity.Actor) bool {
	return a.Has(identity.AuthorityID(c.Case.Authority), identity.Decider) || c.Form.Def.Meta.Decision.Sign != nil
}

// signsAlone reports whether somebody may take the decision by signing it.
func signsAlone(c *flow.StaffCase, a identity.Actor) bool {
	return a.Has(identity.AuthorityID(c.Case.Authority), identity.Decider) && !a.Staff.Number.IsZero()
}

// signing makes the choice; nil when the form's decisions are not signed.
func (w words) signing(c *flow.StaffCase, st decideState, a identity.Actor) *signingChoice {
	spec := c.Form.Def.Meta.Decision.Sign
	if spec == nil {
		return nil
	}
	if spec.Kind != "" {
		return w.signingByKind(spec, st, a)
	}
	p := &signingChoice{How: ui.Field{Name: signHow, Label: w.T("admin.decide.sign-how")}, Lead: w.T("admin.decide.sign-asked-all")}
	switch {
	case signsAlone(c, a):
		p.How.Options = append(p.How.Options, ui.Choice{Value: signMyself, Label: w.T("admin.decide.sign-myself"), Checked: !st.in.Propose})
	case a.Has(identity.AuthorityID(c.Case.Authority), identity.Decider):
		p.How.Hint = w.T("admin.decide.sign-no-number")
	default:
		p.How.Hint = w.T("admin.decide.sign-no-role")
	}
	p.How.Options = append(p.How.Options, ui.Choice{Value: signLaid, Label: w.T("admin.decide.sign-laid"), Checked: st.in.Propose || len(p.How.Options) == 0})
	if ladder := clock.Span(spec.Ladder); !ladder.IsZero() {
		p.Lead = w.T("admin.decide.sign-asked-ladder", "span", w.span(ladder))
	}
	others := slices.DeleteFunc(slices.Clone(c.Colleagues), func(k flow.Colleague) bool { return !k.Decides || !k.Signs })
	p.Can = len(others) > 0
	for n := range min(len(others), mostAsked) {
		f := ui.Field{Name: signAsked, ID: signAsked + "-" + strconv.Itoa(n+1), Label: w.T("admin.decide.sign-asked", "n", n+1), Width: 40}
		chosen := ""
		if n < len(st.in.Signers) {
			chosen = st.in.Signers[n]
		}
		f.Options = append(f.Options, ui.Choice{Label: w.T("admin.decide.sign-nobody"), Checked: chosen == ""})
		for _, k := range others {
			f.Options = append(f.Options, ui.Choice{Value: k.Subject, Label: k.Name, Checked: k.Subject == chosen})
		}
		p.Asked = append(p.Asked, f)
	}
	return p
}

// hiddenSigning carries the choice through the second step.
func hiddenSigning(in flow.DecisionInput) []ui.Hidden {
	how := signMyself
	if in.Propose {
		how = signLaid
	}
	out := []ui.Hidden{{Name: signHow, Value: how}, {Name: signOrder, Value: in.OrderReason}, {Name: signNews, Value: in.News}}
	for _, subject := range in.Signers {
		out = append(out, ui.Hidden{Name: signAsked, Value: subject})
	}
	return out
}

// signingByKind makes the choice where the register says who may decide: they are shown in the order in which they are asked, and stand
// chosen in it until the officer says otherwise.
func (w words) signingByKind(spec *forms.DecisionSigning, st decideState, a identity.Actor) *signingChoice {
	p := &signingChoice{How: ui.Field{Name: signHow, Label: w.T("admin.decide.sign-how")}, Lead: w.T("admin.decide.sign-asked-all"),
		Why: &ui.Field{Name: signOrder, Label: w.T("admin.decide.sign-order"), Hint: w.T("admin.decide.sign-order-hint"), Value: st.in.OrderReason, Rows: 2, Optional: true}}
	if ladder := clock.Span(spec.Ladder); !ladder.IsZero() {
		p.Lead = w.T("admin.decide.sign-asked-ladder", "span", w.span(ladder))
	}
	var able []flow.Decider
	mine := false
	for _, d := range st.deciders {
		p.May = append(p.May, decider{Name: d.Name, Right: d.Right, Phone: admin.Phone(d.Phone), Tel: d.Phone, OnCall: d.OnCall, Signs: d.Signs})
		if d.Signs {
			able = append(able, d)
			mine = mine || d.Subject == a.Staff.Subject
		}
	}
	p.Can = len(able) > 0
	fresh := st.in.Outcome == "" && len(st.in.Signers) == 0 // nobody has chosen yet
	laid := st.in.Propose || !mine || fresh && able[0].Subject != a.Staff.Subject
	if mine {
		p.How.Options = append(p.How.Options, ui.Choice{Value: signMyself, Label: w.T("admin.decide.sign-myself"), Checked: !laid})
	}
	p.How.Options = append(p.How.Options, ui.Choice{Value: signLaid, Label: w.T("admin.decide.sign-laid"), Checked: laid})
	for n := range min(len(able), mostAsked) {
		f := ui.Field{Name: signAsked, ID: signAsked + "-" + strconv.Itoa(n+1), Label: w.T("admin.decide.sign-asked", "n", n+1), Width: 40}
		chosen := ""
		switch {
		case n < len(st.in.Signers):
			chosen = st.in.Signers[n]
		case fresh:
			chosen = able[n].Subject
		}
		f.Options = append(f.Options, ui.Choice{Label: w.T("admin.decide.sign-nobody"), Checked: chosen == ""})
		for _, d := range able {
			f.Options = append(f.Options, ui.Choice{Value: d.Subject, Label: d.Name + ", " + d.Right, Checked: d.Subject == chosen})
		}
		p.Asked = append(p.Asked, f)
	}
	return p
}
