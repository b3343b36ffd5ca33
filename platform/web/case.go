package web

import (
	"errors"
	"net/http"
	"slices"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// casePage is a case as one party may see it.
type casePage struct {
	ui.Shell
	Reference  string
	State      ui.Tag
	StateText  string
	Receipt    *ui.Notice
	Completion *ui.Notice
	Told       *ui.Notice // that somebody has not signed, or that what was signed has changed
	Document   string     // what was handed in: "Ansökan om skolskjuts"
	Sign       string     // address to sign at, "" when there is nothing to sign
	SignText   string
	NotSign    string
	Facts      ui.Rows
	Steps      ui.Steps
	Signatures []signingStep
	Evidence   string
	Decision   *ui.Notice
	Handout    *handoutPart
	Rides      *ui.Table
	Summary    ui.Summary
	Files      ui.Files
	Copy       string
	ReceiptPDF string
	Amend      string
	Sibling    string
	Withdraw   string
	Token      string
	Asked      bool // an officer began it
}

func caseURL(id casework.ID) string { return "/arende/" + string(id) }

func caseID(r *httpkit.Request) casework.ID { return casework.ID(r.Param("case")) }

func isConflict(err error) bool { return errors.Is(err, fault.Conflict) }

var stateTone = map[casework.State]ui.Tone{casework.AwaitingSignatures: ui.Warning, casework.AwaitingCompletion: ui.Warning,
	casework.AwaitingOfficer: ui.Info, casework.Decided: ui.Success, casework.Delivered: ui.Success, casework.Closed: ui.Neutral, casework.Withdrawn: ui.Neutral}

func (s *site) casePage(r *httpkit.Request) error {
	v, err := s.Flow.Case(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	l, base := r.Locale(), caseURL(v.ID)
	document := v.Form.Translate("signing.document", v.Form.Def.Meta.Signing.Document).In(r.Lang)
	p := casePage{Shell: s.frame(r, v.Service.Tenant, document+" "+v.Reference), Document: document, Reference: v.Reference, Token: r.Token(),
		State: ui.Tag{Tone: stateTone[v.State], Text: l.T("web.state." + string(v.State))}, StateText: s.stateText(r, v),
		Steps: s.steps(r, v), Copy: base + "/kopia", Summary: renderer.SummaryView(s.readable(r, v), nil)}
	p.Back = &ui.Link{Text: l.T("web.mine.to"), URL: "/mina-sidor"}
	p.Facts = ui.Rows{{Key: l.T("web.case.reference"), Value: v.Reference}, {Key: l.T("web.case.submitted"), Value: l.DateTime(v.Submitted)}}
	if p.Asked = asked(v); p.Asked {
		p.Facts[1].Key = l.T("byhand.party.asked")
	}
	if v.Number != "" {
		p.Facts = append(p.Facts, ui.Row{Key: l.T("web.case.number"), Value: v.Number})
	}
	p.Facts = append(p.Facts, bookedRows(r, v.Booked)...)
	if r.Query("inskickad") != "" && v.Applicant {
		p.Receipt = &ui.Notice{Tone: ui.Success, Title: l.T("web.case.receipt"), Text: l.T("web.case.receipt-text", "reference", v.Reference)}
	}
	switch {
	case r.Query("underskriven") != "":
		p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T("web.case.signed-now")}
	case r.Query("avbojt") != "" && v.DeclineBack:
		p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T("web.case.declined-back")}
	case r.Query("avbojt") != "":
		p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T("web.case.declined-now")}
	case r.Query("hinder") != "":
		p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T("web.case.hindered-now")}
	case r.Query("andrad") != "" && v.Applicant:
		p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T("web.case.amended-now")}
	}
	p.Told = s.told(r, v)
	if v.Completion != "" {
		p.Completion = &ui.Notice{Tone: ui.Warning, Title: l.T("web.case.completion", "day", l.Date(v.CompleteBy)), Text: v.Completion}
	}
	if v.MaySign {
		p.Sign, p.SignText, p.NotSign = base+"/underskrift", l.T("web.case.sign"), notSigningURL(v.ID)
		if v.OwnFirst {
			p.Sign, p.SignText = base+"/egna-uppgifter", l.T("web.case.own")
		}
		if v.Applicant {
			p.NotSign = "" // the applicant changes or withdraws
		}
	}
	p.Signatures = s.signingSteps(r, v)
	if v.Evidence {
		p.Evidence = signURL(v.ID) + "/bevis"
	}
	if v.Decision != nil {
		p.Decision = decisionNotice(r, v, base)
	}
	if v.Handout != nil {
		p.Handout = handout(r, v.Handout, base)
	}
	if len(v.Rides) > 0 {
		p.Rides = ridesTable(r, v.Rides)
	}
	for _, f := range v.Attachments {
		p.Files = append(p.Files, ui.FileItem{Name: f.Name, Type: renderer.FileKind(f.Type), Bytes: f.Size, URL: base + "/bilaga/" + f.ID})
	}
	if v.Applicant {
		p.ReceiptPDF = base + "/kvitto"
	}
	if v.MayCopy {
		p.Sibling = base + "/syskon"
	}
	if v.MayAmend {
		p.Amend = amendURL(v.ID)
	}
	if v.MayWithdraw {
		p.Withdraw = base + "/aterkalla"
	}
	return show(r, http.StatusOK, s.pages.kase, p)
}

// readable is the answers that the reader may see: the common part, with what the applicant wrote for the officer alone
// when it is the applicant who reads, and the reader's own section.
func (s *site) readable(r *httpkit.Request, v *flow.CaseView) []renderer.SummarySection {
	as := renderer.Party
	if v.Applicant {
		as = renderer.Self
	}
	list := slices.DeleteFunc(renderer.Summary(r.Locale(), v.View, as, nil), func(sec renderer.SummarySection) bool { return sec.Own })
	if v.Own == nil {
		return list
	}
	own := renderer.Summary(r.Locale(), v.Own, renderer.Self, nil)
	return append(list, slices.DeleteFunc(own, func(sec renderer.SummarySection) bool { return !sec.Own })...)
}

// stateText says in plain words what happens now and who acts.
func (s *site) stateText(r *httpkit.Request, v *flow.CaseView) string {
	l := r.Locale()
	if asked(v) {
		if text := askedText(r, v); text != "" {
			return text
		}
	}
	done, of := v.Done, v.Of
	late, until := s.Clock.Now().After(v.Deadline), l.Until(v.Deadline, s.Clock.Now())
	switch v.State {
	case casework.AwaitingSignatures:
		switch {
		case late && v.MaySign:
			return l.T("web.case.late-you", "done", done, "of", of, "day", until)
		case v.MaySign:
			return l.T("web.case.now-you", "done", done, "of", of, "day", until)
		case v.Later:
			return l.T("web.case.now-later", "done", done, "of", of)
		case v.Refused: // and the notice says what can be done
			return l.T("web.case.progress", "done", done, "of", of) + "."
		case late:
			return l.T("web.case.late-others", "done", done, "of", of, "day", until)
		}
		return l.T("web.case.now-others", "done", done, "of", of, "day", until)
	case casework.AwaitingCompletion:
		return l.T("web.case.now-completion", "day", l.Date(v.CompleteBy))
	case casework.AwaitingOfficer:
		return l.T("web.case.now-officer")
	case casework.Delivered, casework.Closed, casework.Decided:
		if v.Handout != nil {
			return l.T("web.case.now-delivered")
		}
		if v.Decision != nil {
			return l.T("web.case.now-decided")
		}
		return l.T("web.case.now-deciding")
	}
	return l.T("web.case.now-withdrawn")
}

// steps is the way of the case and where it is.
func (s *site) steps(r *httpkit.Request, v *flow.CaseView) ui.Steps {
	if asked(v) {
		return askedSteps(r, v)
	}
	l := r.Locale()
	at := map[casework.State]int{casework.AwaitingSignatures: 1, casework.AwaitingCompletion: 2, casework.AwaitingOfficer: 2, casework.Decided: 3, casework.Delivered: 3, casework.Closed: 4, casework.Withdrawn: -1}[v.State]
	done, of := v.Done, v.Of
	steps := ui.Steps{{Title: l.T("web.step.in"), Text: l.DateTime(v.Submitted)}}
	if of > 0 {
		steps = append(steps, ui.Step{Title: l.T("web.step.signatures"), Text: l.T("web.case.progress", "done", done, "of", of)})
	} else if at > 0 {
		at--
	}
	last := ui.Step{Title: l.T("web.step.decision")}
	if v.Handout != nil || (v.Decision == nil && len(v.Form.Def.Meta.Delivery.Ways) > 0) {
		last.Title = l.T("web.step.delivered")
	}
	steps = append(steps, ui.Step{Title: l.T("web.step.officer")}, last)
	switch {
	case v.Decision != nil:
		steps[len(steps)-1].Text = l.Date(v.Decision.At)
		at = len(steps)
	case v.Handout != nil:
		steps[len(steps)-1].Text = l.Date(v.Handout.At)
		at = len(steps)
	}
	if at < 0 { // withdrawn: what was done is done, and no more comes
		return ui.Steps{{Title: steps[0].Title, Text: steps[0].Text, State: "done"}, {Title: l.T("web.state.withdrawn"), Text: l.Date(v.Since), State: "current"}}
	}
	for i := range steps {
		switch {
		case i < at:
			steps[i].State = "done"
		case i == at:
			steps[i].State = "current"
		default:
			steps[i].State = "later"
		}
	}
	return steps
}

func decisionNotice(r *httpkit.Request, v *flow.CaseView, base string) *ui.Notice {
	l := r.Locale()
	n := &ui.Notice{Tone: ui.Info, Title: l.T("web.case.decision", "title", v.Decision.Title.In(r.Lang)), Text: l.T("web.case.decision-text", "day", l.Date(v.Decision.At))}
	if v.Decision.PDF {
		n.Links = []ui.Link{{Text: l.T("web.case.decision-open"), URL: base + "/beslut"}}
	}
	return n
}

func ridesTable(r *httpkit.Request, rides []casework.Ride) *ui.Table {
	l := r.Locale()
	t := &ui.Table{Caption: l.T("web.rides.title"), Columns: []ui.Column{{Title: l.T("web.rides.day")}, {Title: l.T("web.rides.time")},
		{Title: l.T("web.rides.place")}, {Title: l.T("web.rides.route")}}}
	for _, ride := range rides {
		t.Rows = append(t.Rows, []ui.Cell{{Text: l.ISODate(ride.Date)}, {Text: ride.Time}, {Text: ride.Place}, {Text: ride.Route}})
	}
	return t
}
