package caseload

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/markdown"
	"samtjanst/renderer/ui"
)

// A decision is written in two steps on one address: the form, and the decision as it will be with the button that takes it. All
// that was typed travels in the page, so nothing is stored until it is decided, and going back loses nothing.

// titleKey is where the session keeps the decider's title between decisions.
const titleKey = "decider-title"

// showDecide is GET /admin/arenden/{case}/beslut.
func (a *area) showDecide(r *httpkit.Request) error {
	c, err := a.undecided(r)
	if err != nil {
		return err
	}
	in := flow.DecisionInput{Propose: c.Form.Def.Meta.Decision.Sign != nil && !signsAlone(c, r.Actor())}
	r.Value(titleKey, &in.Title)
	pre, err := a.Flow.PreviewDecision(r.Context(), r.Actor(), c.Case.ID, in)
	if err != nil {
		return err
	}
	for i := range pre.Proposed {
		in.Rows = append(in.Rows, i) // all that the application asks for; the officer takes away
	}
	in.From, in.To = proposedPeriod(c.Form.Def.Meta.Decision.Grants, pre.Proposed)
	pre.Problems = nil // nothing has been filled in yet
	return a.decision(r, http.StatusOK, c, decideState{in: in, rev: c.Rev, pre: pre})
}

// writeDecision is POST /admin/arenden/{case}/beslut: shows how it will be, or the form again.
func (a *area) writeDecision(r *httpkit.Request) error {
	c, err := a.undecided(r)
	if err != nil {
		return err
	}
	st := decideState{in: parseDecision(r.Form()), rev: revision(r.Form())}
	if st.pre, err = a.Flow.PreviewDecision(r.Context(), r.Actor(), c.Case.ID, st.in); err != nil {
		return err
	}
	if r.Form().Get("op") == "andra" {
		st.pre.Problems = nil
		return a.decision(r, http.StatusOK, c, st)
	}
	if len(st.pre.Problems) > 0 {
		return a.decision(r, http.StatusUnprocessableEntity, c, st)
	}
	if err := r.Keep(map[string]any{titleKey: st.in.Title}); err != nil {
		return err
	}
	st.preview = true
	return a.decision(r, http.StatusOK, c, st)
}

// takeDecision is POST /admin/arenden/{case}/beslut/fatta.
func (a *area) takeDecision(r *httpkit.Request) error {
	c, err := a.undecided(r)
	if err != nil {
		return err
	}
	st := decideState{in: parseDecision(r.Form()), rev: revision(r.Form()), preview: true}
	confirmed := r.Form().Get("bekrafta") == "ja"
	if confirmed {
		problems, err := a.Flow.Decide(r.Context(), r.Actor(), c.Case.ID, st.rev, st.in)
		switch {
		case errors.Is(err, fault.Conflict): // what the officer read is no longer how it is; the text is kept
			st.conflict, st.rev = true, c.Rev
		case err != nil:
			return err
		case len(problems) == 0:
			return a.decisionTaken(r, c, st.in)
		}
	}
	if st.pre, err = a.Flow.PreviewDecision(r.Context(), r.Actor(), c.Case.ID, st.in); err != nil {
		return err
	}
	st.preview, st.unconfirmed = len(st.pre.Problems) == 0, !confirmed
	status := http.StatusUnprocessableEntity
	if st.conflict {
		status = http.StatusConflict
	}
	return a.decision(r, status, c, st)
}

// decisionTaken leads on: to the signature of whoever decides by signing, else back to the case.
func (a *area) decisionTaken(r *httpkit.Request, c *flow.StaffCase, in flow.DecisionInput) error {
	l := r.Locale()
	switch {
	case c.Form.Def.Meta.Decision.Sign == nil:
		return a.site.Done(r, l.T("admin.decide.done"), caseURL(c.Case.ID))
	case in.Propose:
		return a.site.Done(r, l.T("admin.decide.sign-laid-done"), caseURL(c.Case.ID))
	}
	return r.See(signDecisionURL(c.Case.ID))
}

// previewPDF is POST /admin/arenden/{case}/beslut.pdf: the document as the parties would get it.
func (a *area) previewPDF(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.PreviewPDF(r.Context(), r.Actor(), id, parseDecision(r.Form()))
	if err != nil {
		return err
	}
	return file(r, f, true)
}

// undecided loads a case that waits for a decision; another is a conflict, since the button was there a moment ago.
func (a *area) undecided(r *httpkit.Request) (*flow.StaffCase, error) {
	c, err := a.openCase(r)
	if err != nil {
		return nil, err
	}
	if c.Case.State != casework.AwaitingOfficer || len(c.Form.Def.Meta.Decision.Outcomes) == 0 {
		return nil, fault.Newf("caseload.decide", fault.Conflict, "the case is %s", c.Case.State)
	}
	return c, nil
}

// parseDecision reads the posted form.
func parseDecision(v url.Values) flow.DecisionInput {
	in := flow.DecisionInput{Outcome: v.Get("utfall"), Grounds: v["grund"], Reasons: v.Get("motivering"),
		From: strings.TrimSpace(v.Get("fran")), To: strings.TrimSpace(v.Get("till")), Title: strings.TrimSpace(v.Get("titel")),
		Day: strings.TrimSpace(v.Get("beslutsdag")), Clock: strings.TrimSpace(v.Get("beslutstid"))}
	for _, s := range v["rad"] {
		if n, err := strconv.Atoi(s); err == nil && n >= 0 && !slices.Contains(in.Rows, n) {
			in.Rows = append(in.Rows, n)
		}
	}
	parseSigning(v, &in)
	return in
}

// revision that the officer read; 0, which no case has, when it is missing.
func revision(v url.Values) int64 {
	n, err := strconv.ParseInt(v.Get("rev"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// decideState is where the officer is.
type decideState struct {
	in          flow.DecisionInput
	rev         int64
	pre         *flow.DecisionPreview
	preview     bool
	unconfirmed bool // decided without saying that it was read
	conflict    bool
	deciders    []flow.Decider // who may decide now, where the register says so
}

func (a *area) decision(r *httpkit.Request, status int, c *flow.StaffCase, st decideState) error {
	w := a.words(r)
	sh := a.caseShell(r, c, w.T("admin.decide.title"))
	sh.Wide = !st.preview
	if sign := c.Form.Def.Meta.Decision.Sign; sign != nil && sign.Kind != "" {
		var err error
		if st.deciders, err = a.Flow.DecidersOf(r.Context(), r.Actor(), c.Case.ID); err != nil {
			return err
		}
	}
	return admin.Show(r, status, a.decide, w.decidePage(sh, c, st, r.Actor()))
}

// decidePage is the form, or the decision as it will be.
type decidePage struct {
	ui.Shell
	caseHead
	May      bool // may decide
	Guarded  bool
	Conflict *ui.Notice
	Rev      int64
	Outcome  ui.Field
	Grounds  ui.Field
	Settled  ui.Rows // the grounds, where the answers settle them; empty when they are chosen
	Reasons  ui.Field
	Rows     *rowChoice // nil when this service grants no rows
	From, To ui.Field
	ByTitle  ui.Field // the decider's title, as it stands in the decision
	Timed    bool     // it matters when the decision was taken: a time limit is counted from it, or it is signed afterwards
	Day      ui.Field
	Clock    ui.Field
	Signing  *signingChoice
	News     *ui.Field // what is new since somebody was against an earlier proposal; nil nobody was
	Laid     bool      // before others, as a proposal

	// What the decision rests on, beside what is written.
	Common ui.Summary
	Facts  *factsCard

	Preview template.HTML // of the decision's Markdown; "" while it is written
	Confirm ui.Field
	Fields  []ui.Hidden // all that was typed, for the second step
}

// rowChoice is a table of proposed rows, each with a box.
type rowChoice struct {
	Title   string
	Common  ui.Rows // the same on every row
	Columns []string
	Rows    []rowOption
	Error   string
}

// rowOption is one proposed row. Its box is named by the row's number and its first cells.
type rowOption struct {
	N       int
	Label   string
	Cells   []string
	Checked bool
}

func (w words) decidePage(sh ui.Shell, c *flow.StaffCase, st decideState, a identity.Actor) decidePage {
	def := c.Form.Def.Meta.Decision
	p := decidePage{caseHead: w.head(c), May: mayTake(c, a), Signing: w.signing(c, st, a), Laid: def.Sign != nil && st.in.Propose, Guarded: st.pre.Guarded || c.Case.Guarded, Rev: st.rev,
		Outcome: ui.Field{Name: "utfall", Label: w.T("admin.decide.outcome"), Inline: true},
		Grounds: ui.Field{Name: "grund", Label: w.T("admin.decide.grounds"), Hint: w.T("admin.decide.grounds-hint")},
		Reasons: ui.Field{Name: "motivering", Label: w.T("admin.decide.reasons"), Hint: w.T("admin.decide.reasons-hint"),
			Value: st.in.Reasons, Rows: 14},
		From:    ui.Field{Name: "fran", Type: "date", Label: w.T("admin.decide.from"), Value: st.in.From, Width: 12},
		To:      ui.Field{Name: "till", Type: "date", Label: w.T("admin.decide.to"), Value: st.in.To, Width: 12},
		ByTitle: ui.Field{Name: "titel", Label: w.T("admin.decide.by-title"), Value: st.in.Title, Autocomplete: "organization-title", Width: 40},
		Timed:   def.Sign != nil || c.Form.Def.Meta.CountsFromDecision(),
		Day:     ui.Field{Name: "beslutsdag", Type: "date", Label: w.T("admin.decide.day"), Value: st.in.Day, Width: 12, Optional: true},
		Clock:   ui.Field{Name: "beslutstid", Label: w.T("admin.decide.clock"), Hint: w.T("admin.limit.clock-hint"), Value: st.in.Clock, Width: 6, Autocomplete: "off", Optional: true},
		Confirm: ui.Field{Name: "bekrafta", Label: w.T("admin.decide.confirm-title"), HideLabel: true, Options: []ui.Choice{{Value: "ja", Label: w.T("admin.decide.confirm")}}},
	}
	if def.Reasoned {
		p.Reasons.Hint, p.Reasons.Optional, p.Reasons.Rows = w.T("admin.decide.reasons-given"), true, 5
	}
	for _, o := range def.Outcomes {
		p.Outcome.Options = append(p.Outcome.Options, ui.Choice{Value: o.ID, Label: o.Title, Checked: o.ID == st.in.Outcome || len(def.Outcomes) == 1})
	}
	p.Settled = w.settled(def, st.pre.Grounds)
	for _, g := range def.Grounds {
		p.Grounds.Options = append(p.Grounds.Options, ui.Choice{Value: g.ID, Label: g.Title, Checked: slices.Contains(st.in.Grounds, g.ID),
			Hint: w.T("admin.decide.appeal", "how", w.coded("admin.decide.appeals.", g.Appeal))})
	}
	rowsField := ui.Field{Name: "rad", Label: w.T("admin.decide.rows")}
	if no, refused := c.Case.LastNo(); refused && p.Signing != nil {
		p.News = w.news(no, st.in.News)
	}
	signers := ui.Field{Name: signAsked, ID: signAsked + "-1", Label: w.T("admin.decide.sign-asked", "n", 1)}
	sh.Problems = w.show(st.pre.Problems, control{"/outcome", &p.Outcome, "-choice"}, control{"/grounds", &p.Grounds, "-choices"},
		control{"/reasons", &p.Reasons, ""}, control{"/rows", &rowsField, "-choices"}, control{"/from", &p.From, "-date"},
		control{"/to", &p.To, "-date"}, control{"/title", &p.ByTitle, ""}, control{"/day", &p.Day, "-date"}, control{"/clock", &p.Clock, ""}, control{"/signers", &signers, "-signers"}, p.Signing.reason(), p.news())
	if p.Signing != nil {
		p.Signing.Error = signers.Error
	}
	if def.Grants != nil {
		p.Rows = w.rowChoice(def.Grants, st)
		p.Rows.Error = rowsField.Error
	}
	if p.Signing != nil {
		p.Confirm.Options[0].Label = w.T("admin.decide.confirm-proposal")
	}
	if !st.preview {
		p.Common, p.Facts = w.answers(c.View, false), w.facts(c)
	} else {
		p.Preview, p.Fields = markdown.HTML(st.pre.Markdown, markdown.WithTopHeading(2)), hidden(st)
	}
	if st.conflict {
		p.Conflict = &ui.Notice{Tone: ui.Warning, Title: w.T("admin.decide.conflict-title"), Text: w.T("admin.decide.conflict-text"),
			Links: []ui.Link{{Text: w.T("admin.decide.conflict-link"), URL: caseURL(c.Case.ID)}}}
	}
	if st.unconfirmed {
		p.Confirm.Error = w.T("admin.decide.confirm-missing")
		sh.Problems = append(sh.Problems, p.Confirm.Problem())
	}
	p.Shell = sh
	return p
}

// settled are the grounds that the answers have given, as the decision will say them; none where somebody chooses.
func (w words) settled(def forms.Decision, grounds []string) ui.Rows {
	var titles []string
	for _, g := range def.Grounds {
		if slices.Contains(grounds, g.ID) {
			titles = append(titles, g.Title+". "+w.T("admin.decide.appeal", "how", w.coded("admin.decide.appeals.", g.Appeal))+".")
		}
	}
	if titles == nil {
		return nil
	}
	return ui.Rows{{Key: w.T("admin.decide.grounds"), Value: strings.Join(titles, "\n"), Source: w.T("admin.decide.grounds-settled")}}
}

func (w words) rowChoice(g *forms.Grants, st decideState) *rowChoice {
	table := w.grants(g.Columns, st.pre.Proposed)
	out := &rowChoice{Title: g.Title, Common: table.Common, Columns: table.Columns}
	for i, row := range table.Cells {
		label := strings.Join(slices.DeleteFunc(slices.Clone(row), func(s string) bool { return s == "" }), ", ")
		out.Rows = append(out.Rows, rowOption{N: i, Label: label, Cells: row, Checked: slices.Contains(st.in.Rows, i)})
	}
	return out
}

// proposedPeriod is what the rows themselves say: the first and the last of their columns that are dates, when all rows agree.
func proposedPeriod(g *forms.Grants, rows []map[string]any) (from, to string) {
	if g == nil || len(rows) == 0 {
		return "", ""
	}
	var days []string
	for _, c := range g.Columns {
		day := text(rows[0], c.Name)
		if c.Type != "date" || slices.ContainsFunc(rows, func(r map[string]any) bool { return text(r, c.Name) != day }) {
			continue
		}
		days = append(days, day)
	}
	if len(days) < 2 {
		return "", ""
	}
	return days[0], days[len(days)-1]
}

// hidden carries everything typed through the second step.
func hidden(st decideState) []ui.Hidden {
	out := []ui.Hidden{{Name: "rev", Value: strconv.FormatInt(st.rev, 10)}, {Name: "utfall", Value: st.in.Outcome},
		{Name: "motivering", Value: st.in.Reasons}, {Name: "fran", Value: st.in.From}, {Name: "till", Value: st.in.To},
		{Name: "titel", Value: st.in.Title}, {Name: "beslutsdag", Value: st.in.Day}, {Name: "beslutstid", Value: st.in.Clock}}
	out = append(out, hiddenSigning(st.in)...)
	for _, g := range st.in.Grounds {
		out = append(out, ui.Hidden{Name: "grund", Value: g})
	}
	for _, n := range st.in.Rows {
		out = append(out, ui.Hidden{Name: "rad", Value: strconv.Itoa(n)})
	}
	return out
}
