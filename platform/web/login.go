package web

import (
	"crypto/subtle"
	"errors"
	"net/url"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// loginPage lets one choose an e-legitimation, and where its app is.
type loginPage struct {
	ui.Shell
	Lead    string
	Choices choices
	Notice  *ui.Notice
}

func (s *site) loginPage(r *httpkit.Request) error {
	till, _ := httpkit.LocalPath(r.Query("till"))
	if r.Actor().Citizen != nil {
		return r.See(orMine(till))
	}
	l := r.Locale()
	offers := s.Flow.Logins()
	p := loginPage{Shell: s.frame(r, nil, l.T("web.login.title")), Choices: s.choices(r, offers, "/logga-in", loginTexts), Lead: l.T("web.login.several")}
	p.Choices.Till = till
	if len(offers) == 1 {
		p.Lead = l.T("web.login.lead", "eid", offers[0].In(r.Lang))
	}
	switch message := r.Query("m"); {
	case message != "" && l.Has("eid."+message):
		p.Notice = &ui.Notice{Tone: ui.Warning, Title: l.T("web.login.failed"), Text: s.words(r, s.lastUsed(r, offers)).say(eid.Message(message))}
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
	o := order{For: loginOrder, Same: r.Form().Get("enhet") == "denna", Nonce: random(), Till: till}
	var err error
	if o.Order, err = s.Flow.BeginLogin(r.Context(), r.Form().Get("med"), s.client(r, "/logga-in/retur?n="+o.Nonce)); err != nil {
		return s.notStarted(r, err, loginAgain(till))
	}
	if err := s.begun(r, o); err != nil {
		return err
	}
	return r.See("/logga-in/vanta")
}

func loginAgain(till string) string {
	if till == "" {
		return "/logga-in?"
	}
	return "/logga-in?till=" + url.QueryEscape(till) + "&"
}

func (s *site) loginWait(r *httpkit.Request) error {
	o, ok := kept(r, loginOrder)
	if !ok {
		return r.See("/logga-in")
	}
	title := r.Locale().T("web.wait.login", "eid", s.words(r, o.Order.Provider).name)
	p, err := s.waiting(r, s.frame(r, nil, title), o, "/logga-in")
	if err != nil {
		return err
	}
	return show(r, 200, s.pages.wait, p)
}

// askLogin collects the order and logs in when it is complete.
func (s *site) askLogin(r *httpkit.Request) (asked, error) {
	o, ok := kept(r, loginOrder)
	if !ok {
		if r.Actor().Citizen != nil {
			return asked{Next: "/mina-sidor"}, nil // another tab was first
		}
		return asked{Next: "/logga-in"}, nil
	}
	who, status, err := s.Flow.PollLogin(r.Context(), o.Order)
	if err != nil {
		return asked{}, err
	}
	switch status.State {
	case eid.Complete:
		if err := r.LogIn(identity.Actor{Citizen: &who}); err != nil {
			return asked{}, err
		}
		if holding(r) {
			return asked{Next: "/fortsatt"}, nil
		}
		return asked{Next: orMine(o.Till)}, nil
	case eid.Failed:
		if err := drop(r); err != nil {
			return asked{}, err
		}
		return asked{Next: loginAgain(o.Till) + "m=" + string(status.Message)}, nil
	}
	return pending(o.Order, status), nil
}

func (s *site) pollLogin(r *httpkit.Request) error {
	a, err := s.askLogin(r)
	return answerButton(r, a, err, "/logga-in/vanta")
}

func (s *site) loginStatus(r *httpkit.Request) error {
	a, err := s.askLogin(r)
	return s.answerScript(r, a, err)
}

func (s *site) loginQR(r *httpkit.Request) error { return s.qr(r, loginOrder) }

// loginReturn is where the app on the same device comes back. The nonce says that it is the browser that began.
func (s *site) loginReturn(r *httpkit.Request) error {
	o, ok := kept(r, loginOrder)
	if !ok || subtle.ConstantTimeCompare([]byte(r.Query("n")), []byte(o.Nonce)) != 1 {
		if r.Actor().Citizen != nil {
			return r.See("/mina-sidor")
		}
		return r.See("/logga-in")
	}
	return r.See("/logga-in/vanta?m=" + string(eid.InProgress))
}

func (s *site) cancelLogin(r *httpkit.Request) error {
	o, ok := kept(r, loginOrder)
	if !ok {
		return r.See("/logga-in")
	}
	if err := s.Flow.CancelLogin(r.Context(), o.Order); err != nil && !errors.Is(err, fault.Unavailable) {
		return err // without an answer the order runs out by itself
	}
	if err := drop(r); err != nil {
		return err
	}
	return r.See(loginAgain(o.Till) + "m=" + string(eid.Cancelled))
}
