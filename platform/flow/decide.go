package flow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
	"samtjanst/renderer/document"
)

// maxReasons is how long the reasons of a decision may be, in characters.
const maxReasons = 20000

// maxTitle is how long the decider's title may be, in characters.
const maxTitle = 200

// PreviewDecision shows the decision as it would be, with what is missing. It asks the register again, since a decision that is sent
// could reveal something.
func (s *Service) PreviewDecision(ctx context.Context, a identity.Actor, id casework.ID, in DecisionInput) (*DecisionPreview, error) {
	e, err := s.staffCase(ctx, a, id, "document", "decision", handlers...) // it shows what the parties wrote, and where they live
	if err != nil {
		return nil, err
	}
	return s.preview(ctx, a, e, in)
}

func (s *Service) preview(ctx context.Context, a identity.Actor, e *vault.Entry, in DecisionInput) (*DecisionPreview, error) {
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	proposed, err := s.grants(ctx, e, g, sv)
	if err != nil {
		return nil, err
	}
	v := &DecisionPreview{Proposed: proposed, Guarded: e.Case.Guarded}
	if v.Grounds, err = s.settledGrounds(ctx, e, g, sv); err != nil {
		return nil, err
	}
	if v.Grounds != nil {
		in.Grounds = v.Grounds
	}
	if in.Reasons, err = cleanText(strings.TrimSpace(in.Reasons), maxReasons); err != nil {
		v.Problems = append(v.Problems, problem("reasons", forms.BadText)...)
	}
	if in.Title, err = cleanText(strings.TrimSpace(in.Title), maxTitle); err != nil {
		v.Problems = append(v.Problems, problem("title", forms.BadText)...)
	}
	taken, wrong := s.decidedAt(&e.Case, in)
	v.Problems = append(v.Problems, wrong...)
	v.Problems = append(v.Problems, checkDecision(g.Form.Def.Meta.Decision, in, len(proposed))...)
	var signers []casework.Party
	if g.Form.Def.Meta.Decision.Sign != nil {
		_, wrong := news(&e.Case, in)
		v.Problems = append(v.Problems, wrong...)
		signers, err = s.deciders(ctx, a, &e.Case, g.Form.Def.Meta.Decision.Sign, in)
		wrong, err := signersProblems(err, in)
		if err != nil {
			return nil, err
		}
		v.Problems = append(v.Problems, wrong...)
	}
	if len(v.Problems) > 0 {
		return v, nil
	}
	decider, decided := deciderWords(a, g.Form.Def.Meta.Decision, in, signers, clock.Date(s.Clock.Now()))
	if !taken.IsZero() {
		decided = taken.In(clock.Stockholm).Format("2006-01-02 kl. 15.04")
	}
	v.Markdown, err = s.decisionText(ctx, e, g, sv, in, decider, decided, chosenRows(in, g.Form.Def.Meta.Decision.Grants, proposed))
	return v, err
}

// settledGrounds are the grounds that the answers give, nil when whoever decides chooses.
func (s *Service) settledGrounds(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView) ([]string, error) {
	v, err := s.commonView(ctx, e, g, sv, nil)
	if err != nil {
		return nil, err
	}
	return g.Grounds(v)
}

// grants are the rows that a positive decision could give, computed from everything the parties handed in. Each party's own address is
// asked for now: it is for the officer's eyes and for the rows alone.
func (s *Service) grants(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView) ([]map[string]any, error) {
	if g.Form.Def.Meta.Decision.Grants == nil {
		return nil, nil
	}
	answers, facts, err := s.answersOf(ctx, e, e.Case.Applicant().ID)
	if err != nil {
		return nil, err
	}
	scope := forms.Scope{Answers: answers, Facts: facts, Settings: sv.Settings, Today: today(e.Case.Submitted),
		Actor: map[string]any{"role": journey.Applicant, "number": e.Case.Applicant().Number.Digits()}}
	for i := range e.Case.Parties {
		p := &e.Case.Parties[i]
		var own any
		if p.Own != nil {
			raw, err := s.Vault.Part(ctx, e, casework.PartID(p.Own.Part.ID))
			if err != nil {
				return nil, err
			}
			if own, err = vault.Object(raw); err != nil {
				return nil, err
			}
		}
		self, err := s.ownFacts(ctx, p, string(e.Case.ID))
		if errors.Is(err, fault.Unavailable) {
			self, err = map[string]any{}, nil // the officer sees rows without addresses, and can come back
		}
		if err != nil {
			return nil, fault.Wrap("flow.grants", err)
		}
		scope.Parties = append(scope.Parties, map[string]any{"role": p.Role, "number": p.Number.Digits(), "name": p.Name, "own": own, "address": self["address"]})
	}
	view, err := g.Run(scope)
	if err != nil {
		return nil, fault.Wrap("flow.grants", err)
	}
	rows, err := g.Grants(view)
	return rows, fault.Wrap("flow.grants", err)
}

func checkDecision(d forms.Decision, in DecisionInput, proposed int) []forms.Problem {
	var out []forms.Problem
	add := func(field, code string) { out = append(out, problem(field, code)...) }
	o, ok := outcome(d, in.Outcome)
	switch {
	case in.Outcome == "":
		add("outcome", forms.Required)
	case !ok:
		add("outcome", forms.NotAnOption)
	case o.Reasons && in.Reasons == "" && !d.Reasoned:
		add("reasons", forms.Required)
	}
	if len(in.Grounds) == 0 {
		add("grounds", forms.Required)
	}
	for _, id := range in.Grounds {
		if !slices.ContainsFunc(d.Grounds, func(g forms.DecisionGround) bool { return g.ID == id }) {
			add("grounds", forms.NotAnOption)
		}
	}
	if strings.TrimSpace(in.Title) == "" {
		add("title", forms.Required)
	}
	if !o.Grants || d.Grants == nil {
		return out
	}
	if len(in.Rows) == 0 && proposed > 0 {
		add("rows", forms.Required)
	}
	for n, i := range in.Rows {
		if i < 0 || i >= proposed || slices.Contains(in.Rows[:n], i) { // a journey is granted once
			add("rows", forms.NotAnOption)
		}
	}
	from, errFrom := time.Parse(time.DateOnly, in.From)
	to, errTo := time.Parse(time.DateOnly, in.To)
	switch {
	case errFrom != nil:
		add("from", forms.NotADate)
	case errTo != nil:
		add("to", forms.NotADate)
	case to.Before(from):
		add("to", forms.TooEarly)
	}
	return out
}

// decidedAt is when a decision was taken, where that was before it is written; zero when it is taken now, or by signing it. It was not before
// the case came.
func (s *Service) decidedAt(c *casework.Case, in DecisionInput) (time.Time, []forms.Problem) {
	if strings.TrimSpace(in.Day) == "" && strings.TrimSpace(in.Clock) == "" {
		return time.Time{}, nil
	}
	at, problems := moment("day", "clock", in.Day, in.Clock, s.Clock.Now())
	if problems == nil && at.Before(c.Submitted.Truncate(time.Minute)) {
		problems = []forms.Problem{{Pointer: "/day", Code: forms.TooEarly, Params: map[string]any{"min": clock.Date(c.Submitted)}}}
	}
	return at, problems
}

func outcome(d forms.Decision, id string) (forms.Outcome, bool) {
	for _, o := range d.Outcomes {
		if o.ID == id {
			return o, true
		}
	}
	return forms.Outcome{}, false
}

// chosenRows are the granted rows with the period that the officer set.
func chosenRows(in DecisionInput, spec *forms.Grants, proposed []map[string]any) []map[string]any {
	var out []map[string]any
	var dates []string // the first two columns that hold dates are the period
	if spec != nil {
		for _, c := range spec.Columns {
			if c.Type == "date" {
				dates = append(dates, c.Name)
			}
		}
	}
	for _, i := range in.Rows {
		row := maps.Clone(proposed[i])
		if len(dates) > 1 {
			row[dates[0]], row[dates[1]] = in.From, in.To
		}
		out = append(out, row)
	}
	return out
}

// decisionText fills the form's template: Markdown, with how to appeal for each ground that is decided upon.
func (s *Service) decisionText(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView, in DecisionInput, decider, decided string, rows []map[string]any) (string, error) {
	d := g.Form.Def.Meta.Decision
	o, _ := outcome(d, in.Outcome) // checked before
	data, err := s.documentData(ctx, e, g, sv)
	if err != nil {
		return "", err
	}
	var grounds, how []string
	appeals := map[string]bool{}
	for _, gr := range d.Grounds {
		if !slices.Contains(in.Grounds, gr.ID) {
			continue
		}
		grounds = append(grounds, "- "+document.Escape(gr.Title))
		if doc := d.Appeals[gr.Appeal]; doc != "" && !appeals[gr.Appeal] {
			appeals[gr.Appeal] = true
			text, err := s.documentText(g, doc, "sv", data)
			if err != nil {
				return "", err
			}
			how = append(how, text)
		}
	}
	reasons := in.Reasons
	if reasons == "" && !d.Reasoned { // förvaltningslagen 32 §: reasons may be left out when the decision obviously needs none
		reasons = "Beslutet går inte någon part emot. Skälen har därför utelämnats (32 § förvaltningslagen)."
	}
	data["outcome"], data["decided"], data["decider"] = strings.ToLower(o.Title), decided, decider
	data["delegation"], data["reasons"] = d.Delegation, document.Markdown(reasons)
	data["ground"], data["appeal"] = document.Markdown(strings.Join(grounds, "\n")), document.Markdown(strings.Join(how, "\n\n"))
	data["grants"] = document.Markdown(grantedText(d.Grants, o, rows, in))
	return s.documentText(g, d.Template, "sv", data)
}

// grantedText lists what is granted, without anybody's address: the decision is the same for every party.
func grantedText(spec *forms.Grants, o forms.Outcome, rows []map[string]any, in DecisionInput) string {
	if spec == nil || !o.Grants || len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Beslutet gäller från och med %s till och med %s.\n\n", in.From, in.To)
	var head, rule []string
	for _, c := range spec.Columns {
		if c.Type != "date" && !c.Private {
			head, rule = append(head, document.Escape(c.Title)), append(rule, "---")
		}
	}
	fmt.Fprintf(&b, "| %s |\n| %s |\n", strings.Join(head, " | "), strings.Join(rule, " | "))
	seen := map[string]bool{}
	for _, row := range rows {
		var cells []string
		for _, c := range spec.Columns {
			if c.Type != "date" && !c.Private {
				v, _ := row[c.Name].(string)
				cells = append(cells, document.Escape(v))
			}
		}
		if line := strings.Join(cells, " | "); !seen[line] {
			seen[line] = true
			fmt.Fprintf(&b, "| %s |\n", line)
		}
	}
	return b.String()
}

// Decide takes the decision, by delegation, as somebody with the role Decider; a form whose decisions are signed has it laid before those
// who are to sign, and then any handler may propose it. rev is the case as the decider saw it: fault.Conflict
// when it has changed since.
func (s *Service) Decide(ctx context.Context, a identity.Actor, id casework.ID, rev int64, in DecisionInput) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	if !mayDecide(a, e.Case.Authority, g.Form.Def.Meta.Decision, in) {
		return nil, fault.New("flow.Decide", fault.Forbidden, nil)
	}
	if e.Rev != rev {
		return nil, fault.Newf("flow.Decide", fault.Conflict, "case is at revision %d", e.Rev)
	}
	found, err := s.guard(ctx, e, "decision")
	if err != nil {
		return nil, err
	}
	if found != "" && !e.Case.Guarded { // the decider must see it before deciding: the case has changed
		by, name := byWho(a)
		if err := s.apply(ctx, e, casework.ProtectionFound{What: found}, s.stamp(by, name), nil); err != nil {
			return nil, err
		}
		return nil, fault.Newf("flow.Decide", fault.Conflict, "protection was found")
	}
	v, err := s.preview(ctx, a, e, in)
	if err != nil {
		return nil, err
	}
	if len(v.Problems) > 0 {
		return v.Problems, nil
	}
	if v.Grounds != nil {
		in.Grounds = v.Grounds
	}
	o, _ := outcome(g.Form.Def.Meta.Decision, in.Outcome)
	ref := newRef("decision", "beslut.md", "text/markdown", signing.Everybody, []byte(v.Markdown))
	ev := casework.DecisionTaken{Decision: casework.Decision{ID: randomID(), Outcome: in.Outcome, Grounds: in.Grounds, Grants: o.Grants,
		Text: ref, By: a.Staff.Subject, ByName: a.Staff.Name, Title: strings.TrimSpace(in.Title), Delegation: g.Form.Def.Meta.Decision.Delegation, At: s.Clock.Now(),
		Unread: time.Duration(g.Form.Def.Meta.Decision.LetterDays) * 24 * time.Hour}}
	if ev.Decision.DecidedAt, v.Problems = s.decidedAt(&e.Case, in); len(v.Problems) > 0 {
		return v.Problems, nil
	}
	if ev.Decision.Rules, err = s.limitsOf(ctx, e, g, sv); err != nil {
		return nil, err
	}
	if ev.Decision.Dispatch, err = s.dispatches(ctx, e, g, sv); err != nil {
		return nil, err
	}
	if o.Grants {
		ev.Decision.Rows = chosenRows(in, g.Form.Def.Meta.Decision.Grants, v.Proposed)
		for _, h := range g.Form.Def.Meta.Handover {
			ev.Decision.Targets = append(ev.Decision.Targets, h.Target)
		}
	}
	for _, gr := range g.Form.Def.Meta.Decision.Grounds {
		if slices.Contains(in.Grounds, gr.ID) && !slices.Contains(ev.Decision.Appeals, gr.Appeal) {
			ev.Decision.Appeals = append(ev.Decision.Appeals, gr.Appeal)
		}
	}
	if sign := g.Form.Def.Meta.Decision.Sign; sign != nil {
		signers, err := s.deciders(ctx, a, &e.Case, sign, in)
		if err != nil {
			return nil, err
		}
		ev.Decision.Signers, ev.Decision.Plan = signers, decisionPlan(sign, signers)
		ev.Decision.News, _ = news(&e.Case, in) // preview has told what is wrong with it
		if ev.Decision.Kind = sign.Kind; sign.Kind != "" {
			ev.Decision.OrderReason = strings.TrimSpace(in.OrderReason)
		}
	}
	by, name := byWho(a)
	return nil, s.apply(ctx, e, ev, s.stamp(by, name), []vault.Blob{{ID: casework.PartID(ref.Part.ID), Kind: "decision", Bytes: []byte(v.Markdown)}})
}
