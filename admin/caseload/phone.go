package caseload

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// An officer has somebody on the telephone whose signature is wanted: what to read aloud, who called whom, and how it goes in the person's
// app. Nothing of it lies in the officer's session: a colleague who opens the page sees the same.

func phoneURL(id casework.ID, p signing.PartyID) string {
	return caseURL(id) + "/telefon/" + url.PathEscape(string(p))
}

// callers are the choices of who called, by their names in the form.
var callers = []struct {
	value  string
	caller eid.Caller
}{{"vi", eid.CalledByAuthority}, {"personen", eid.CalledByPerson}}

// askable lets those be asked by telephone who may be.
func askable(orders []orderCard, may func(signing.PartyID) bool) {
	for _, o := range orders {
		for _, step := range o.Steps {
			for i := range step.Rows {
				step.Rows[i].may.Phone = may(step.Rows[i].Party)
			}
		}
	}
}

// calledBy says in which telephone call somebody signed.
func (w words) calledBy(c signing.Call) string {
	return w.T("admin.phone.signed", "name", c.Officer, "by", w.coded("admin.phone.by.", c.Caller))
}

// phonePage is /admin/arenden/{case}/telefon/{party}: before the person is asked.
type phonePage struct {
	ui.Shell
	caseHead
	Name    string
	Notice  *ui.Notice
	Not     string // why nobody can be asked now; "" somebody can
	Aloud   []string
	Read    ui.Summary // what a party reads before signing alone
	Papers  []ui.Link
	Brief   bool   // the app does not show it, so it has to be read aloud
	Where   string // where the person reads it
	Caller  ui.Field
	Action  string
	Buttons []ui.Choice // an e-legitimation each
}

// phoneWaitPage is …/vanta: while the person has the app in hand.
type phoneWaitPage struct {
	ui.Shell
	caseHead
	Name      string
	Asked     string // who asked, and who called
	Message   string
	Reference string
	Starts    string // the first letters of the digest
	Text      string // as the app shows it
	Status    string // address that tells how it goes
	Ask       string // posts: ask again
	Cancel    string // posts
}

// showPhone is GET.
func (a *area) showPhone(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	v, err := a.Flow.PhoneSigning(r.Context(), r.Actor(), c.Case.ID, p.ID)
	if err != nil {
		return err
	}
	if v.Order != nil {
		return r.See(phoneURL(c.Case.ID, p.ID) + "/vanta")
	}
	return a.phoneForm(r, http.StatusOK, c, v, nil)
}

// askByPhone is POST.
func (a *area) askByPhone(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	base := phoneURL(c.Case.ID, p.ID)
	in := flow.PhoneInput{Provider: r.Form().Get("med")}
	for _, one := range callers {
		if r.Form().Get("ringde") == one.value {
			in.Caller = one.caller
		}
	}
	v, problems, err := a.Flow.AskByPhone(r.Context(), r.Actor(), c.Case.ID, p.ID, in)
	switch {
	case len(problems) > 0:
		return a.phoneForm(r, http.StatusUnprocessableEntity, c, v, problems)
	case err != nil && v != nil && v.Why != "":
		return a.phoneForm(r, http.StatusConflict, c, v, nil)
	case err != nil && v != nil:
		return a.eid.NotStarted(r, err, base+"?")
	case err != nil:
		return err
	}
	return r.See(base + "/vanta")
}

func (a *area) phoneForm(r *httpkit.Request, status int, c *flow.StaffCase, v *flow.PhoneSigning, problems []forms.Problem) error {
	w, l := a.words(r), r.Locale()
	p := phonePage{Shell: a.caseShell(r, c, w.T("admin.phone.title-name", "name", v.Name)), caseHead: w.head(c), Name: v.Name,
		Action: phoneURL(c.Case.ID, v.Party), Brief: v.Brief, Aloud: w.aloud(v, c.Case.Subject), Read: w.readAloud(v.Case), Papers: w.phonePapers(c.Case.ID, v),
		Where: w.T("admin.phone.where"), Caller: ui.Field{Name: "ringde", Label: w.T("admin.phone.caller"), Hint: w.T("admin.phone.caller-hint")}}
	if v.Decision {
		p.Where = w.T("admin.phone.where-decision")
	}
	if v.Why != "" {
		p.Not = w.T("admin.phone.why."+string(v.Why), "name", v.Name)
	}
	for _, one := range callers {
		p.Caller.Options = append(p.Caller.Options, ui.Choice{Value: one.value, Label: w.T("admin.phone.by." + string(one.caller)), Checked: r.Form().Get("ringde") == one.value})
	}
	for _, o := range v.Offers {
		p.Buttons = append(p.Buttons, ui.Choice{Value: o.ID(), Label: w.T("admin.phone.ask", "eid", o.In(r.Lang))})
	}
	m := v.Status.Message
	if m == "" {
		m = eid.Message(r.Query("m"))
	}
	if v.Why == "" && l.Has(callKey(m)) {
		p.Notice = &ui.Notice{Tone: ui.Warning, Title: w.T("admin.phone.failed"), Text: l.T(callKey(m))}
	}
	p.Shell.Problems = w.show(problems, control{"/caller", &p.Caller, "-choice"})
	return admin.Show(r, status, a.phone, p)
}

// callKey is the key of what an officer is told of somebody on the telephone.
func callKey(m eid.Message) string { return "eid.call." + string(m) }

// aloud is what the officer says before asking. subject is whom a decision is about.
func (w words) aloud(v *flow.PhoneSigning, subject string) []string {
	kind := "party"
	if v.Decision {
		kind = "decision"
	}
	out := []string{w.T("admin.phone.aloud."+kind, "document", v.Document, "authority", v.Authority, "reference", v.Reference)}
	if v.Decision && subject != "" {
		out = append(out, w.T("admin.phone.aloud.subject", "subject", subject))
	}
	if v.Right != "" {
		out = append(out, w.T("admin.phone.aloud.right", "right", v.Right))
	}
	if v.Brief {
		out = append(out, w.T("admin.phone.aloud.brief"))
	} else {
		out = append(out, w.T("admin.phone.aloud.whole"))
	}
	if v.Declare != "" {
		out = append(out, w.T("admin.phone.aloud.declare", "text", v.Declare))
	}
	return append(out, w.T("admin.phone.aloud.alone-"+kind), w.T("admin.phone.aloud.code", "reference", v.Reference))
}

// readAloud shows what a party reads before signing alone: the common part and the own section.
func (w words) readAloud(v *flow.CaseView) ui.Summary {
	if v == nil {
		return ui.Summary{}
	}
	as := renderer.Party
	if v.Applicant {
		as = renderer.Self
	}
	read := slices.DeleteFunc(renderer.Summary(w.Locale, v.View, as, nil), func(s renderer.SummarySection) bool { return s.Own })
	if v.Own != nil {
		read = append(read, slices.DeleteFunc(renderer.Summary(w.Locale, v.Own, renderer.Self, nil), func(s renderer.SummarySection) bool { return !s.Own })...)
	}
	return renderer.SummaryView(read, nil)
}

// phonePapers are links to what is signed, as stored.
func (w words) phonePapers(id casework.ID, v *flow.PhoneSigning) []ui.Link {
	var out []ui.Link
	for _, part := range v.Parts {
		switch {
		case v.Decision:
			out = append(out, ui.Link{Text: w.T("admin.phone.decision"), URL: partURL(id, part.ID)})
		case part.Name != "":
			out = append(out, ui.Link{Text: part.Name, URL: fileURL(id, part.ID)})
		}
	}
	return out
}

// waitForPhone is GET …/vanta.
func (a *area) waitForPhone(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return a.phoneGone(r, err)
	}
	v, err := a.Flow.PollPhoneSigning(r.Context(), r.Actor(), c.Case.ID, p.ID)
	if err != nil {
		return a.phoneGone(r, err)
	}
	if v.Order == nil {
		next, err := a.phoneNext(r, c.Case.ID, v)
		if err != nil {
			return err
		}
		return r.See(next)
	}
	w, base := a.words(r), phoneURL(c.Case.ID, p.ID)
	return admin.Show(r, http.StatusOK, a.phoneWait, phoneWaitPage{Shell: a.caseShell(r, c, w.T("admin.phone.wait", "name", v.Name)), caseHead: w.head(c), Name: v.Name,
		Asked: w.T("admin.phone.asked-by", "name", v.Call.Officer, "by", w.T("admin.phone.by."+v.Call.Caller)), Message: w.callMessage(v.Status.Message),
		Reference: v.Reference, Starts: firstOf(v.Digest), Text: v.Text, Status: base + "/lage", Ask: base + "/vanta", Cancel: base + "/avbryt"})
}

// callMessage says how it goes.
func (w words) callMessage(m eid.Message) string {
	if !w.Has(callKey(m)) {
		m = eid.InProgress
	}
	return w.T(callKey(m))
}

// firstOf are the letters by which two people can compare a digest on the telephone.
func firstOf(digest string) string {
	const shown = 8
	if len(digest) < shown {
		return digest
	}
	return digest[:shown/2] + " " + digest[shown/2:shown]
}

// phoneNext is where the officer goes when nothing is in progress any more; that somebody has signed is told there.
func (a *area) phoneNext(r *httpkit.Request, id casework.ID, v *flow.PhoneSigning) (string, error) {
	if v.Why != flow.PhoneSigned {
		next := phoneURL(id, v.Party)
		if v.Status.State == eid.Failed {
			next += "?m=" + string(v.Status.Message)
		}
		return next, nil
	}
	anchor := "#underskrifter"
	if v.Decision {
		anchor = "#beslut"
	}
	return caseURL(id) + anchor, a.site.Flash(r, ui.Notice{Tone: ui.Success, Text: r.Locale().T("admin.phone.done", "name", v.Name)})
}

// phoneGone leads whoever may read the case back to it when there is nothing to sign by telephone any more; for others nothing exists.
func (a *area) phoneGone(r *httpkit.Request, err error) error {
	if !errors.Is(err, fault.NotFound) {
		return err
	}
	next, lost := a.phoneOver(r)
	if lost != nil {
		return err
	}
	return r.See(next)
}

// phoneOver tells that the signature is not wanted any more, and gives the address of the case. Its error is that the case is not the reader's.
func (a *area) phoneOver(r *httpkit.Request) (string, error) {
	id, err := caseID(r)
	if err != nil {
		return "", err
	}
	if _, err := a.Flow.StaffCase(r.Context(), r.Actor(), id); err != nil {
		return "", err
	}
	return caseURL(id), a.site.Flash(r, ui.Notice{Tone: ui.Info, Text: r.Locale().T("admin.phone.over")})
}

// askPhone asks how it goes.
func (a *area) askPhone(r *httpkit.Request) (eidkit.Asked, error) {
	id, err := caseID(r)
	if err != nil {
		return eidkit.Asked{}, err
	}
	v, err := a.Flow.PollPhoneSigning(r.Context(), r.Actor(), id, signing.PartyID(r.Param("party")))
	if errors.Is(err, fault.NotFound) {
		next, lost := a.phoneOver(r)
		if lost != nil {
			return eidkit.Asked{}, err
		}
		return eidkit.Asked{Next: next}, nil
	}
	if err != nil {
		return eidkit.Asked{}, err
	}
	if v.Order != nil {
		return eidkit.Pending(*v.Order, v.Status), nil
	}
	next, err := a.phoneNext(r, id, v)
	return eidkit.Asked{Next: next}, err
}

// pollPhone is POST …/vanta: asks again, without script.
func (a *area) pollPhone(r *httpkit.Request) error {
	asked, err := a.askPhone(r)
	if err != nil {
		return err
	}
	return eidkit.AnswerButton(r, asked, phoneURL(casework.ID(r.Param("case")), signing.PartyID(r.Param("party"))))
}

// phoneState is GET …/lage: tells the page's script how it goes.
func (a *area) phoneState(r *httpkit.Request) error {
	asked, err := a.askPhone(r)
	if err != nil {
		return err
	}
	if asked.Next != "" {
		return r.JSON(http.StatusOK, map[string]any{"next": asked.Next})
	}
	return r.JSON(http.StatusOK, map[string]any{"message": a.words(r).callMessage(asked.Message)})
}

// cancelPhone is POST …/avbryt.
func (a *area) cancelPhone(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return a.phoneGone(r, err)
	}
	err = a.Flow.CancelPhoneSigning(r.Context(), r.Actor(), c.Case.ID, p.ID)
	switch {
	case errors.Is(err, fault.Unavailable): // it ends by itself
	case err != nil:
		return a.phoneGone(r, err)
	}
	return r.See(phoneURL(c.Case.ID, p.ID) + "?m=" + string(eid.Cancelled))
}
