package caseload

import (
	"context"
	"errors"
	"net/http"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// What ends or moves a proposal other than a signature: somebody who was to decide is against it, or cannot decide, or it is taken back.
// Each is a page of its own with a reason.

// position is one of them.
type position struct {
	name   string // of its texts: "admin.position." + name
	path   string // below the case
	signer bool   // it is for those who are asked; else for those who handle the case
	do     func(a *area, ctx context.Context, actor identity.Actor, id casework.ID, reason string) ([]forms.Problem, error)
}

var (
	against = position{name: "against", path: "/skriv-under/emot", signer: true,
		do: func(a *area, ctx context.Context, actor identity.Actor, id casework.ID, reason string) ([]forms.Problem, error) {
			return a.Flow.AgainstDecision(ctx, actor, id, reason)
		}}
	hindered = position{name: "hindered", path: "/skriv-under/hinder", signer: true,
		do: func(a *area, ctx context.Context, actor identity.Actor, id casework.ID, reason string) ([]forms.Problem, error) {
			return a.Flow.HinderedDecision(ctx, actor, id, reason)
		}}
	takenBack = position{name: "taken-back", path: "/forslag/ta-tillbaka",
		do: func(a *area, ctx context.Context, actor identity.Actor, id casework.ID, reason string) ([]forms.Problem, error) {
			return a.Flow.WithdrawDecision(ctx, actor, id, reason)
		}}
)

// positionPage asks for the reason.
type positionPage struct {
	ui.Shell
	caseHead
	Heading, Lead, Law string
	Action, Cancel     string
	Reason             ui.Field
	Submit             string
}

func (a *area) showPosition(k position) httpkit.Handler {
	return func(r *httpkit.Request) error {
		id, err := caseID(r)
		if err != nil {
			return err
		}
		return a.positionForm(r, http.StatusOK, k, id, "", nil)
	}
}

func (a *area) takePosition(k position) httpkit.Handler {
	return func(r *httpkit.Request) error {
		id, err := caseID(r)
		if err != nil {
			return err
		}
		reason := r.Form().Get("skal")
		problems, err := k.do(a, r.Context(), r.Actor(), id, reason)
		if errors.Is(err, fault.NotFound) && k.signer {
			return a.notToSign(r, id, err)
		}
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return a.positionForm(r, http.StatusUnprocessableEntity, k, id, reason, problems)
		}
		next := caseURL(id) + "#beslut"
		if home := signerHome(r, id); k.signer && home == toSignURL {
			next = home
		}
		return a.site.Done(r, r.Locale().T("admin.position."+k.name+".done"), next)
	}
}

func (a *area) positionForm(r *httpkit.Request, status int, k position, id casework.ID, reason string, problems []forms.Problem) error {
	w := a.words(r)
	text := func(key string) string { return w.T("admin.position." + k.name + "." + key) }
	var shell ui.Shell
	var head caseHead
	if k.signer { // who is elected has no access to the case itself
		v, err := a.Flow.DecisionToSign(r.Context(), r.Actor(), id)
		switch {
		case err != nil:
			return a.notToSign(r, id, err)
		case !v.MaySign || v.Later:
			return fault.Newf("caseload.position", fault.Conflict, "it is not the reader's turn")
		}
		shell, head = a.signShell(r, v, text("title")), signHead(v)
	} else {
		c, err := a.Flow.StaffCase(r.Context(), r.Actor(), id)
		if err != nil {
			return err
		}
		if c.Case.State != casework.Deciding {
			return fault.Newf("caseload.position", fault.Conflict, "the case is %s", c.Case.State)
		}
		shell, head = a.caseShell(r, c, text("title")), w.head(c)
	}
	p := positionPage{Shell: shell, caseHead: head, Heading: text("title"), Lead: text("lead"), Law: text("law"),
		Action: caseURL(id) + k.path, Cancel: caseURL(id), Submit: text("submit"),
		Reason: ui.Field{Name: "skal", Label: text("reason"), Hint: text("reason-hint"), Value: reason, Rows: 6}}
	if k.signer {
		p.Cancel = signDecisionURL(id)
	}
	p.Shell.Problems = w.show(problems, control{"/reason", &p.Reason, ""}, control{"/ground", &p.Reason, ""})
	return admin.Show(r, status, a.position, p)
}
