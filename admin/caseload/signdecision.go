package caseload

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"samtjanst/admin"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// A decision that has been laid before somebody is read and signed here, as citizens sign what they hand in (package eidkit).

func signDecisionURL(id casework.ID) string { return caseURL(id) + "/skriv-under" }

// signDecisionPage is /admin/arenden/{case}/skriv-under: exactly what is signed, before the e-legitimation is started.
type signDecisionPage struct {
	ui.Shell
	caseHead
	Facts    ui.Rows
	Notice   *ui.Notice
	Making   string // address that tells when the document has been made; "" it has
	Document string // address of the PDF
	Text     string // as it will stand in the app
	Digest   string
	By       string // in which e-legitimation the text is shown; "" in one of several
	Choices  ui.EIDChoices
	Not      string // why it cannot be signed here and now; "" it can
	Turn     bool   // it is the reader's turn
	No       string // address of the page that says no
	Hinder   string
	Right    string // by what right the reader decides
	Papers   []ui.Link
	Asked    []signerQuestion
	Ask      string // address, "" nothing can be asked
	Later    bool   // it has been decided already
}

// signWaitPage waits for the e-legitimation.
type signWaitPage struct {
	ui.Shell
	caseHead
	Wait ui.EIDWait
}

// showSignDecision is GET /admin/arenden/{case}/skriv-under.
func (a *area) showSignDecision(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	v, err := a.Flow.DecisionToSign(r.Context(), r.Actor(), id)
	if err != nil {
		return a.notToSign(r, id, err)
	}
	w, base := a.words(r), signDecisionURL(id)
	p := signDecisionPage{Shell: a.signShell(r, v, w.T("admin.sign-decision.title")), caseHead: signHead(v), Text: v.Text, Digest: v.Digest,
		Turn: v.MaySign, No: base + "/emot", Hinder: base + "/hinder",
		Facts: ui.Rows{{Key: w.T("admin.sign-decision.outcome"), Value: v.Outcome}, {Key: w.T("admin.case.grounds"), Value: strings.Join(v.Grounds, "\n")}, {Key: w.T("admin.case.reference"), Value: v.Reference}}}
	if v.Document == "" {
		p.Making = base + "/handling"
		return admin.Show(r, http.StatusOK, a.signDecision, p)
	}
	p.Document = base + "/papper/" + v.Document
	p.Right, p.Papers, p.Asked, p.Later = v.Right, w.papersOf(v), w.ownQuestions(v), v.Later
	if v.Asks {
		p.Ask = base + "/fraga"
	}
	if no := v.Before; no != nil {
		p.Facts = append(p.Facts, ui.Row{Key: w.T("admin.sign-decision.before"), Value: w.T("admin.proposal.against", "name", no.Name, "time", w.DateTime(no.At))},
			ui.Row{Key: w.T("admin.proposal.news"), Value: v.News})
	}
	p.Facts = append(p.Facts, ui.Row{Key: w.T("admin.sign-decision.deadline"), Value: w.DateTime(v.Deadline)})
	switch {
	case !v.MaySign:
		p.Not = w.T("admin.sign-decision.not-turn")
	case len(v.Offers) == 0:
		p.Not = w.T("admin.sign-decision.no-offers")
	}
	p.Choices = a.eid.Choices(r, v.Offers, base, eidkit.Sign)
	p.Choices.Deep = true
	if len(v.Offers) == 1 {
		p.By = v.Offers[0].In(r.Lang)
	}
	if failed := a.eid.Failure(r, v.Offers); failed != "" {
		p.Notice = &ui.Notice{Tone: ui.Warning, Title: w.T("admin.sign-decision.failed"), Text: failed}
	}
	return admin.Show(r, http.StatusOK, a.signDecision, p)
}

// decisionMade is GET …/handling: tells the page's script when the document is there to be read.
func (a *area) decisionMade(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	v, err := a.Flow.PollSigningDecision(r.Context(), r.Actor(), id)
	if err != nil {
		return err
	}
	if v.Document == "" {
		return r.JSON(http.StatusOK, map[string]any{"message": r.Locale().T("admin.sign-decision.making")})
	}
	return r.JSON(http.StatusOK, map[string]any{"next": signDecisionURL(id)})
}

// startSignDecision is POST …/skriv-under: starts the e-legitimation.
func (a *area) startSignDecision(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	base := signDecisionURL(id)
	o := eidkit.New(r, string(id))
	v, err := a.Flow.StartSigningDecision(r.Context(), r.Actor(), id, r.Form().Get("med"), a.eid.Client(r, o, base+"/retur"))
	var refusal *eid.Refusal
	switch {
	case errors.Is(err, fault.Conflict) && !errors.As(err, &refusal):
		return r.See(base) // it is not this person's turn: the page says so
	case err != nil && v != nil:
		return a.eid.NotStarted(r, err, base+"?")
	case err != nil:
		return a.notToSign(r, id, err)
	}
	o.Order = *v.Order
	o.Order.State = nil // the use case has it
	if err := eidkit.Begun(r, o); err != nil {
		return err
	}
	return r.See(base + "/vanta")
}

// waitForSign is GET …/skriv-under/vanta.
func (a *area) waitForSign(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	v, err := a.Flow.PollSigningDecision(r.Context(), r.Actor(), id)
	if err != nil {
		return a.notToSign(r, id, err)
	}
	o, ok := eidkit.Kept(r, string(id))
	if !ok {
		return r.See(signDecisionURL(id))
	}
	p := signWaitPage{Shell: a.signShell(r, v, r.Locale().T("web.wait.sign", "eid", a.eid.Words(r, o.Order.Provider).Name)), caseHead: signHead(v)}
	if p.Wait, err = a.eid.Waiting(r, o, signDecisionURL(id)); err != nil {
		return err
	}
	return admin.Show(r, http.StatusOK, a.signWait, p)
}

// askSign collects the order. When it is complete the signature is verified and stored already.
func (a *area) askSign(r *httpkit.Request, id casework.ID) (eidkit.Asked, error) {
	v, err := a.Flow.PollSigningDecision(r.Context(), r.Actor(), id)
	if errors.Is(err, fault.NotFound) {
		c, loadErr := a.Flow.StaffCase(r.Context(), r.Actor(), id)
		if loadErr == nil && wasAsked(&c.Case, r.Actor().Staff.Subject) {
			return eidkit.Asked{Next: signDecisionURL(id)}, nil // which says what has happened meanwhile
		}
	}
	if err != nil {
		return eidkit.Asked{}, err
	}
	if v.Order != nil && v.Status.State == eid.Pending {
		return eidkit.Pending(*v.Order, v.Status), nil
	}
	if err := eidkit.Drop(r, string(id)); err != nil {
		return eidkit.Asked{}, err
	}
	switch {
	case placeOf(v, v.Me).State.Done():
		if err := a.site.Flash(r, ui.Notice{Tone: ui.Success, Text: r.Locale().T("admin.sign-decision.done")}); err != nil {
			return eidkit.Asked{}, err
		}
		return eidkit.Asked{Next: signerHome(r, id)}, nil
	case v.Status.State == eid.Failed && v.MaySign:
		return eidkit.Asked{Next: signDecisionURL(id) + "?m=" + string(v.Status.Message)}, nil
	}
	return eidkit.Asked{Next: signDecisionURL(id)}, nil
}

func placeOf(v *flow.DecisionToSign, p signing.PartyID) signing.Place {
	if i := slices.IndexFunc(v.Places, func(pl signing.Place) bool { return pl.Party == p }); i >= 0 {
		return v.Places[i]
	}
	return signing.Place{}
}

// pollSign is POST …/skriv-under/vanta: asks again, without script.
func (a *area) pollSign(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	asked, err := a.askSign(r, id)
	if err != nil {
		return err
	}
	return eidkit.AnswerButton(r, asked, signDecisionURL(id))
}

// signState is GET …/skriv-under/lage: tells the page's script how it goes.
func (a *area) signState(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	asked, err := a.askSign(r, id)
	if err != nil {
		return err
	}
	return a.eid.AnswerScript(r, asked)
}

// signCode is GET …/skriv-under/qr.
func (a *area) signCode(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	return a.eid.Code(r, string(id))
}

// signReturn is GET …/skriv-under/retur: where the app on the same device comes back.
func (a *area) signReturn(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	if _, err := a.Flow.PollSigningDecision(r.Context(), r.Actor(), id); err != nil {
		return a.notToSign(r, id, err)
	}
	if o, ok := eidkit.Kept(r, string(id)); !ok || !o.Returned(r) {
		return r.See(signDecisionURL(id))
	}
	return r.See(signDecisionURL(id) + "/vanta?m=" + string(eid.InProgress))
}

// cancelSign is POST …/skriv-under/avbryt.
func (a *area) cancelSign(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	if err := a.Flow.CancelSigningDecision(r.Context(), r.Actor(), id); err != nil && !errors.Is(err, fault.Unavailable) {
		return a.notToSign(r, id, err)
	}
	if err := eidkit.Drop(r, string(id)); err != nil {
		return err
	}
	return r.See(signDecisionURL(id) + "?m=" + string(eid.Cancelled))
}

// strayPage tells a browser that has come back from a provider with nothing in progress to which the answer belongs.
type strayPage struct{ ui.Shell }

// cameBack is GET /admin/eid/klar: where an officer's browser goes on from a provider that it visited, as itself.
func (a *area) cameBack(r *httpkit.Request) error {
	stray := func() error {
		return admin.Show(r, http.StatusConflict, a.stray, strayPage{a.site.Shell(r, r.Locale().T("web.eid.stray"))})
	}
	o, ticket, err := a.eid.CameBack(r)
	if err == nil {
		err = a.Flow.DecisionCameBack(r.Context(), r.Actor(), casework.ID(o.For), ticket)
	}
	switch {
	case errors.Is(err, fault.NotFound):
		return stray()
	case err != nil:
		return err
	}
	asked, err := a.askSign(r, casework.ID(o.For))
	if err != nil {
		return err
	}
	return eidkit.AnswerButton(r, asked, signDecisionURL(casework.ID(o.For)))
}

// notToSign answers somebody for whom there is nothing to sign: who may read the case, and was asked or may have been, is told that it is
// over, and so is who has taken the decision and may not read the case; for everybody else the page does not exist.
func (a *area) notToSign(r *httpkit.Request, id casework.ID, err error) error {
	if !errors.Is(err, fault.NotFound) {
		return err
	}
	w := a.words(r)
	// The platform may have followed the order to its end before the browser came back.
	signed := ui.Notice{Tone: ui.Success, Text: w.T("admin.sign-decision.done")}
	c, loadErr := a.Flow.StaffCase(r.Context(), r.Actor(), id)
	if errors.Is(loadErr, fault.NotFound) {
		took, err := a.Flow.TookDecision(r.Context(), r.Actor(), id)
		if err != nil || !took {
			return loadErr
		}
		if err := a.site.Flash(r, signed); err != nil {
			return err
		}
		return r.See(toSignURL)
	}
	if loadErr != nil {
		return loadErr
	}
	if c.Case.State == casework.Deciding || !wasAsked(&c.Case, r.Actor().Staff.Subject) {
		return err
	}
	n := ui.Notice{Tone: ui.Info, Text: w.T("admin.sign-decision.over")}
	switch d := c.Case.Decision; {
	case d == nil:
	case d.By != r.Actor().Staff.Subject:
		n.Text = w.T("admin.sign-decision.over-by", "name", d.ByName)
	default:
		n = signed
	}
	if err := a.site.Flash(r, n); err != nil {
		return err
	}
	return r.See(caseURL(id))
}

// wasAsked reports whether somebody was to sign this decision, or a proposal before it.
func wasAsked(c *casework.Case, subject string) bool {
	is := func(p casework.Party) bool { return p.Subject == subject }
	return c.Decision != nil && slices.ContainsFunc(c.Decision.Signers, is) ||
		slices.ContainsFunc(c.Against, func(d casework.Decision) bool { return slices.ContainsFunc(d.Signers, is) })
}

// signShell is the frame of the signer's pages.
func (a *area) signShell(r *httpkit.Request, v *flow.DecisionToSign, title string) ui.Shell {
	l := r.Locale()
	sh := a.site.Shell(r, title+" – "+v.Reference)
	sh.Back = &ui.Link{Text: l.T("admin.case.title", "reference", v.Reference, "subject", v.Subject), URL: caseURL(v.Case)}
	if home := signerHome(r, v.Case); home == toSignURL {
		sh.Back = &ui.Link{Text: l.T("admin.chair.title"), URL: home}
	}
	return sh
}

// signHead says which case it is.
func signHead(v *flow.DecisionToSign) caseHead {
	return caseHead{ID: v.Case, URL: caseURL(v.Case), Reference: v.Reference, Subject: v.Subject}
}
