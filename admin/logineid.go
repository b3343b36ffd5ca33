package admin

import (
	"errors"
	"net/http"

	"samtjanst/integrations/eid"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/renderer/ui"
)

// Elected people log in with BankID, where their organisation says so. The page that waits is that of everybody else (package eidkit).

func eidURL(t *directory.Tenant) string { return tenantURL(t) + "/eid" }

// waitPage waits for the e-legitimation.
type waitPage struct {
	ui.Shell
	Wait ui.EIDWait
}

// elected finds an organisation whose elected people log in with an e-legitimation; another does not exist here.
func (s *Site) elected(r *httpkit.Request) (*directory.Tenant, error) {
	t, err := s.tenant(r.Param("tenant"))
	if err == nil && len(s.deps.Flow.StaffEIDs(t)) == 0 {
		err = fault.New("admin.elected", fault.NotFound, nil)
	}
	return t, err
}

// beginEID is POST /admin/login/{tenant}/eid: starts the e-legitimation.
func (s *Site) beginEID(r *httpkit.Request) error {
	t, err := s.elected(r)
	if err != nil {
		return err
	}
	o := eidkit.New(r, eidkit.Login)
	if o.Order, err = s.deps.Flow.BeginStaffLogin(r.Context(), t, s.eid.Client(r, o, eidURL(t)+"/retur")); err != nil {
		return s.eid.NotStarted(r, err, tenantURL(t)+"?")
	}
	if err := eidkit.Begun(r, o); err != nil {
		return err
	}
	return r.See(eidURL(t) + "/vanta")
}

// waitForEID is GET …/eid/vanta.
func (s *Site) waitForEID(r *httpkit.Request) error {
	t, err := s.elected(r)
	if err != nil {
		return err
	}
	o, ok := eidkit.Kept(r, eidkit.Login)
	if !ok {
		return r.See(tenantURL(t))
	}
	p := waitPage{Shell: s.Shell(r, r.Locale().T("web.wait.login", "eid", s.eid.Words(r, o.Order.Provider).Name)+", "+t.Name)}
	p.Shell.Theme = t.Theme
	if p.Wait, err = s.eid.Waiting(r, o, eidURL(t)); err != nil {
		return err
	}
	return Show(r, http.StatusOK, s.wait, p)
}

// asked is how a login with an e-legitimation goes. What it has shown when it is complete is kept for the page that goes on from there, since a
// script cannot be let in by its question.
func (s *Site) asked(r *httpkit.Request, t *directory.Tenant) (eidkit.Asked, error) {
	o, ok := eidkit.Kept(r, eidkit.Login)
	if !ok {
		if by, ok := loggedInBy(r); ok && by.Way == "" { // another tab, or the script, was first
			return eidkit.Asked{Next: RoleURL}, nil
		}
		return eidkit.Asked{Next: tenantURL(t)}, nil
	}
	shown, status, err := s.deps.Flow.PollStaffLogin(r.Context(), o.Order)
	if err != nil {
		return eidkit.Asked{}, err
	}
	switch status.State {
	case eid.Pending:
		return eidkit.Pending(o.Order, status), nil
	case eid.Complete:
		if err := r.Keep(map[string]any{byKey: loginBy{Shown: shown, At: t.ID, Begun: s.kit.Clock.Now()}}); err != nil {
			return eidkit.Asked{}, err
		}
		return eidkit.Asked{Next: RoleURL}, eidkit.Drop(r, eidkit.Login)
	}
	return eidkit.Asked{Next: tenantURL(t) + "?m=" + string(status.Message)}, eidkit.Drop(r, eidkit.Login)
}

// pollEID is POST …/eid/vanta: asks again, without script.
func (s *Site) pollEID(r *httpkit.Request) error {
	t, err := s.elected(r)
	if err != nil {
		return err
	}
	a, err := s.asked(r, t)
	if err != nil {
		return err
	}
	return eidkit.AnswerButton(r, a, eidURL(t))
}

// eidState is GET …/eid/lage: tells the page's script how it goes.
func (s *Site) eidState(r *httpkit.Request) error {
	t, err := s.elected(r)
	if err != nil {
		return err
	}
	a, err := s.asked(r, t)
	if err != nil {
		return err
	}
	return s.eid.AnswerScript(r, a)
}

func (s *Site) eidCode(r *httpkit.Request) error { return s.eid.Code(r, eidkit.Login) }

// eidReturn is GET …/eid/retur: where the app on the same device comes back. The nonce says that it is the browser that began.
func (s *Site) eidReturn(r *httpkit.Request) error {
	t, err := s.elected(r)
	if err != nil {
		return err
	}
	if o, ok := eidkit.Kept(r, eidkit.Login); !ok || !o.Returned(r) {
		return r.See(tenantURL(t))
	}
	return r.See(eidURL(t) + "/vanta?m=" + string(eid.InProgress))
}

// cancelEID is POST …/eid/avbryt.
func (s *Site) cancelEID(r *httpkit.Request) error {
	t, err := s.elected(r)
	if err != nil {
		return err
	}
	o, ok := eidkit.Kept(r, eidkit.Login)
	if !ok {
		return r.See(tenantURL(t))
	}
	if err := s.deps.Flow.CancelLogin(r.Context(), o.Order); err != nil && !errors.Is(err, fault.Unavailable) {
		return err // without an answer the order runs out by itself
	}
	if err := eidkit.Drop(r, eidkit.Login); err != nil {
		return err
	}
	return r.See(tenantURL(t) + "?m=" + string(eid.Cancelled))
}
