package web

import (
	"errors"
	"net/url"
	"strings"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// loginPage lets one choose an e-legitimation, and where its app is.
type loginPage struct {
	ui.Shell
	Lead    string
	Choices ui.EIDChoices
	Notice  *ui.Notice
}

func (s *site) loginPage(r *httpkit.Request) error {
	till, _ := httpkit.LocalPath(r.Query("till"))
	if r.Actor().Citizen != nil {
		return r.See(orMine(till))
	}
	l := r.Locale()
	offers := s.Flow.Logins()
	p := loginPage{Shell: s.frame(r, nil, l.T("web.login.title")), Choices: s.eid.Choices(r, offers, "/logga-in", eidkit.LogIn), Lead: l.T("web.login.several")}
	p.Choices.Till = till
	if len(offers) == 1 {
		p.Lead = l.T("web.login.lead", "eid", offers[0].In(r.Lang))
	}
	switch failed := s.eid.Failure(r, offers); {
	case failed != "":
		p.Notice = &ui.Notice{Tone: ui.Warning, Title: l.T("web.login.failed"), Text: failed}
	case r.Query("utloggad") != "":
		p.Notice = &ui.Notice{Tone: ui.Info, Title: l.T("web.login.out"), Text: l.T("web.login.out-text")}
	case r.Query("vantar") != "":
		p.Notice = &ui.Notice{Tone: ui.Info, Title: l.T("web.login.held"), Text: l.T("web.login.held-text")}
	case till != "":
		p.Notice = &ui.Notice{Tone: ui.Info, Text: l.T("web.login.needed")}
	}
	return show(r, 200, s.pages.login, p)
}

func orMine(till string) string {
	if till == "" {
		return "/mina-sidor"
	}
	return till
}

// beginLogin starts the e-legitimation.
func (s *site) beginLogin(r *httpkit.Request) error {
	till, _ := httpkit.LocalPath(r.Form().Get("till"))
	if r.Actor().Citizen != nil {
		return r.See(orMine(till))
	}
	o := eidkit.New(r, eidkit.Login)
	o.Till = till
	client := s.eid.Client(r, o, "/logga-in/retur")
	client.For = s.whose(till)
	var err error
	if o.Order, err = s.Flow.BeginLogin(r.Context(), r.Form().Get("med"), client); err != nil {
		return s.eid.NotStarted(r, err, loginAgain(till))
	}
	if err := eidkit.Begun(r, o); err != nil {
		return err
	}
	return r.See("/logga-in/vanta")
}

// whose is the municipality that a page belongs to, "" for those of the portal.
func (s *site) whose(page string) identity.TenantID {
	first, _, _ := strings.Cut(strings.TrimPrefix(page, "/"), "/")
	first, _, _ = strings.Cut(first, "?")
	if t, ok := s.Directory.Tenant(identity.TenantID(first)); ok {
		return t.ID
	}
	return ""
}

func loginAgain(till string) string {
	if till == "" {
		return "/logga-in?"
	}
	return "/logga-in?till=" + url.QueryEscape(till) + "&"
}

func (s *site) loginWait(r *httpkit.Request) error {
	o, ok := eidkit.Kept(r, eidkit.Login)
	if !ok {
		return r.See("/logga-in")
	}
	title := r.Locale().T("web.wait.login", "eid", s.eid.Words(r, o.Order.Provider).Name)
	return s.waitPage(r, s.frame(r, nil, title), o, "/logga-in")
}

// askLogin collects the order and logs in when it is complete.
func (s *site) askLogin(r *httpkit.Request) (eidkit.Asked, error) {
	o, ok := eidkit.Kept(r, eidkit.Login)
	if !ok {
		if r.Actor().Citizen != nil {
			return eidkit.Asked{Next: "/mina-sidor"}, nil // another tab was first
		}
		return eidkit.Asked{Next: "/logga-in"}, nil
	}
	who, status, err := s.Flow.PollLogin(r.Context(), o.Order)
	if err != nil {
		return eidkit.Asked{}, err
	}
	switch status.State {
	case eid.Complete:
		if err := r.LogIn(identity.Actor{Citizen: &who}); err != nil {
			return eidkit.Asked{}, err
		}
		if holding(r) {
			return eidkit.Asked{Next: "/fortsatt"}, nil
		}
		return eidkit.Asked{Next: orMine(o.Till)}, nil
	case eid.Failed:
		if err := eidkit.Drop(r, eidkit.Login); err != nil {
			return eidkit.Asked{}, err
		}
		return eidkit.Asked{Next: loginAgain(o.Till) + "m=" + string(status.Message)}, nil
	}
	return eidkit.Pending(o.Order, status), nil
}

func (s *site) pollLogin(r *httpkit.Request) error {
	a, err := s.askLogin(r)
	if err != nil {
		return err
	}
	return eidkit.AnswerButton(r, a, "/logga-in")
}

func (s *site) loginStatus(r *httpkit.Request) error {
	a, err := s.askLogin(r)
	if err != nil {
		return err
	}
	return s.eid.AnswerScript(r, a)
}

func (s *site) loginQR(r *httpkit.Request) error { return s.eid.Code(r, eidkit.Login) }

// loginReturn is where the app on the same device comes back. The nonce says that it is the browser that began.
func (s *site) loginReturn(r *httpkit.Request) error {
	o, ok := eidkit.Kept(r, eidkit.Login)
	if !ok || !o.Returned(r) {
		if r.Actor().Citizen != nil {
			return r.See("/mina-sidor")
		}
		return r.See("/logga-in")
	}
	return r.See("/logga-in/vanta?m=" + string(eid.InProgress))
}

func (s *site) cancelLogin(r *httpkit.Request) error {
	o, ok := eidkit.Kept(r, eidkit.Login)
	if !ok {
		return r.See("/logga-in")
	}
	if err := s.Flow.CancelLogin(r.Context(), o.Order); err != nil && !errors.Is(err, fault.Unavailable) {
		return err // without an answer the order runs out by itself
	}
	if err := eidkit.Drop(r, eidkit.Login); err != nil {
		return err
	}
	return r.See(loginAgain(o.Till) + "m=" + string(eid.Cancelled))
}
