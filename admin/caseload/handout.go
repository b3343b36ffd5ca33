package caseload

import (
	"errors"
	"io"
	"net/http"
	"time"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// handoutPage is /admin/arenden/{case}/utlamna: a certificate or a copy is handed out, and the case ends.
type handoutPage struct {
	ui.Shell
	caseHead
	Action   string
	What     string // "Intyget"
	Name     string // to whom
	Person   string // the recipient's number, in full: to whom it goes must be certain
	Rev      int64
	Conflict *ui.Notice
	Common   ui.Summary // what was asked for, beside what is handed out
	Way      ui.Field
	Message  ui.Field
	Files    ui.Field
}

// handoutFiles is the control of the files.
const handoutFiles = "filer"

// showHandout is GET.
func (a *area) showHandout(r *httpkit.Request) error {
	c, err := a.openCase(r)
	if err != nil {
		return err
	}
	if !actionsOf(c.Case, c.Form.Def.Meta, false).HandOut {
		return fault.Newf("caseload.handout", fault.Conflict, "the case is %s", c.Case.State)
	}
	return a.handoutForm(r, http.StatusOK, c, handoutState{rev: c.Rev})
}

// handOut is POST, with the files.
func (a *area) handOut(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	v := r.Form()
	st := handoutState{rev: revision(v), in: flow.HandoutInput{Way: v.Get("satt"), Message: v.Get("meddelande")}}
	if u := r.Upload(); u != nil {
		st.in.Files = func() (string, io.Reader, error) { return nextOf(u, handoutFiles) }
	}
	st.problems, err = a.Flow.HandOut(r.Context(), r.Actor(), id, st.rev, st.in)
	switch {
	case err == nil && len(st.problems) == 0:
		return a.site.Done(r, r.Locale().T("admin.handout.done"), caseURL(id))
	case err != nil && !errors.Is(err, fault.Conflict):
		return err
	}
	c, loadErr := a.openCase(r)
	if loadErr != nil {
		return loadErr
	}
	if !actionsOf(c.Case, c.Form.Def.Meta, false).HandOut { // a colleague has ended the case meanwhile
		return err
	}
	status := http.StatusUnprocessableEntity
	if err != nil {
		status, st.conflict, st.rev = http.StatusConflict, true, c.Rev
	}
	return a.handoutForm(r, status, c, st)
}

// nextOf gives the next file of a control.
func nextOf(u *httpkit.Upload, field string) (string, io.Reader, error) {
	for {
		f, err := u.Next()
		if err != nil {
			return "", nil, err
		}
		if f.Field == field {
			return f.Name, f.Body, nil
		}
	}
}

// handoutState is what the officer filled in and what was wrong with it.
type handoutState struct {
	in       flow.HandoutInput
	rev      int64
	conflict bool
	problems []forms.Problem
}

func (a *area) handoutForm(r *httpkit.Request, status int, c *flow.StaffCase, st handoutState) error {
	w := a.words(r)
	spec := c.Form.Def.Meta.Delivery
	sh := a.caseShell(r, c, w.T("admin.handout.title"))
	sh.Wide = true
	p := handoutPage{caseHead: w.head(c), Action: caseURL(c.Case.ID) + "/utlamna", What: spec.Title, Rev: st.rev,
		Name: c.Case.Applicant().Name, Person: dashed(c.Case.Applicant().Number.Digits()), Common: w.answers(c.View, false),
		Way: ui.Field{Name: "satt", Label: w.T("admin.handout.way")},
		Message: ui.Field{Name: "meddelande", Label: w.T("admin.handout.message"), Hint: w.T("admin.handout.message-hint"), Value: st.in.Message,
			Rows: 6},
		Files: ui.Field{Name: handoutFiles, Label: w.T("admin.handout.files"), Hint: w.T("admin.handout.files-hint"),
			Accept: "application/pdf,image/jpeg,image/png", Multiple: true}}
	for _, way := range spec.Ways {
		choice := ui.Choice{Value: way.ID, Label: way.Title, Checked: way.ID == st.in.Way}
		switch {
		case way.Files:
			choice.Hint = w.T("admin.handout.way-files")
		case way.Letter:
			choice.Hint = w.T("admin.handout.way-letter")
		case way.Message:
			choice.Hint = w.T("admin.handout.way-message")
		}
		p.Way.Options = append(p.Way.Options, choice)
	}
	if st.conflict {
		p.Conflict = &ui.Notice{Tone: ui.Danger, Title: w.T("admin.decide.conflict-title"), Text: w.T("admin.handout.conflict")}
	}
	sh.Problems = w.show(st.problems, control{"/way", &p.Way, "-choices"}, control{"/message", &p.Message, ""}, control{"/files", &p.Files, "-files"})
	p.Shell = sh
	return admin.Show(r, status, a.handout, p)
}

// handoutCard is what was handed out, on the page of the case.
type handoutCard struct {
	What    string
	Way     string
	At      time.Time
	By      string
	Message string
	Opened  time.Time // by the applicant; zero while it has not been
	Letter  string    // address of the letter that goes with it
	Files   []fileRow
}

func (w words) handout(c *flow.StaffCase) *handoutCard {
	h := c.Case.Handout
	if h == nil {
		return nil
	}
	spec := c.Form.Def.Meta.Delivery
	way, _ := spec.Way(h.Way) // the version of the form that it was handed out by has it
	card := &handoutCard{What: spec.Title, Way: way.Title, At: h.At, By: h.ByName, Message: h.Message, Letter: letterURL(c.Case.ID, c.Case.Applicant().ID, "delivery")}
	for _, r := range h.Files {
		card.Files = append(card.Files, fileRow{FileItem: ui.FileItem{URL: fileURL(c.Case.ID, r.Part.ID), Name: r.Part.Name,
			Type: fileKind(r.Part.Media), Bytes: r.Part.Size}})
	}
	for _, d := range c.Case.Applicant().Delivered {
		if d.What == "delivery" && !d.Opened.IsZero() {
			card.Opened = d.Opened
		}
	}
	return card
}

// ends says how a service's cases end, as the state's sentence has it: "-handout" where something is handed out and nothing was decided, "-by-hand"
// where an officer has asked for signatures.
func ends(c *flow.StaffCase) string {
	switch c.Case.State {
	case casework.AwaitingOfficer, casework.Closed, casework.Withdrawn:
		if c.Case.Prepared() {
			return "-prepared"
		}
		if c.Case.ByHand() {
			return "-by-hand"
		}
	}
	switch c.Case.State {
	case casework.Closed:
		if c.Case.Handout != nil {
			return "-handout"
		}
	case casework.AwaitingOfficer:
		if meta := c.Form.Def.Meta; len(meta.Delivery.Ways) > 0 && len(meta.Decision.Outcomes) == 0 {
			return "-handout"
		}
	}
	return ""
}
