package web

import (
	"errors"
	"net/http"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/renderer/ui"
)

// Coming back later, by a mail. Who logs in gets a reminder that leads to the login; whoever does not gets a link that asks for the code
// which is shown here, on another screen than the mail (flow.OrderLink).

// orderPage orders the mail, and shows the code when it has been sent.
type orderPage struct {
	ui.Shell
	Lead   string
	Code   string // as it is read aloud: "482 913"
	Sent   *ui.Notice
	Until  string
	Email  ui.Field
	Action string
	Token  string
	Button string
	On     ui.Link // back to the form
}

// ordered is what was ordered last in this session: shown for a while, so that the code can be read again.
type ordered struct {
	Draft string    `json:"draft"`
	Code  string    `json:"code,omitempty"`
	Email string    `json:"email"`
	Until time.Time `json:"until"`
}

const orderedValue = "ordered" // its name in the session

func (s *site) orderPage(r *httpkit.Request) error {
	return s.showOrder(r, http.StatusOK, "", nil)
}

// order sends the mail.
func (s *site) order(r *httpkit.Request) error {
	id, email := r.Param("draft"), r.Form().Get("email")
	out, problems, err := s.Flow.OrderLink(r.Context(), actor(r), id, email)
	switch {
	case errors.Is(err, fault.Unavailable):
		return s.showOrder(r, http.StatusServiceUnavailable, email, func(f *ui.Field) { f.Error = r.Locale().T("web.later.unavailable") })
	case errors.Is(err, fault.TooMany):
		return s.showOrder(r, http.StatusTooManyRequests, email, func(f *ui.Field) { f.Error = r.Locale().T("web.later.too-many") })
	case err != nil:
		return s.refusedDraft(r, err, id)
	case len(problems) > 0:
		key := "problem.format-email"
		if email == "" {
			key = "problem.required"
		}
		return s.showOrder(r, http.StatusUnprocessableEntity, email, func(f *ui.Field) { f.Error = r.Locale().T(key, "label", f.Label) })
	}
	if err := r.Keep(map[string]any{orderedValue: ordered{Draft: id, Code: out.Code, Email: out.Email, Until: out.Until}}); err != nil {
		return err
	}
	return r.See(r.Path())
}

func (s *site) showOrder(r *httpkit.Request, status int, email string, wrong func(*ui.Field)) error {
	id, at, l := r.Param("draft"), draftPlace(r), r.Locale()
	v, err := s.Flow.Page(r.Context(), actor(r), id, "", false)
	if err != nil {
		return s.refusedDraft(r, err, id)
	}
	title, lead := l.T("web.later.remind"), l.T("web.later.remind-lead", "day", l.Date(v.Expires))
	if at.open {
		title, lead = l.T("web.later.link"), l.T("web.later.link-lead", "day", l.Date(v.Expires))
	}
	p := orderPage{Shell: s.frame(r, v.Service.Tenant, title), Lead: lead, Action: r.Path(), Token: r.Token(), Button: l.T("web.later.send"),
		On: ui.Link{Text: l.T("web.later.on"), URL: at.Page(fillkit.PageOf(v))},
		Email: ui.Field{Name: "email", Label: l.T("web.contact.email"), Hint: l.T("web.later.email-hint"), Value: email, Autocomplete: "email",
			InputMode: "email", Width: 40}}
	p.Back = &ui.Link{Text: l.T("shell.back"), URL: at.Page(fillkit.PageOf(v))}
	if r.Query("sparat") != "" {
		p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T("web.later.saved", "day", l.Date(v.Expires))}
	}
	if email == "" && !at.open {
		c, err := s.Flow.SavedContact(r.Context(), r.Actor())
		if err != nil {
			return err
		}
		p.Email.Value = c.Email
	}
	if wrong != nil {
		wrong(&p.Email)
		p.Problems = append(p.Problems, p.Email.Problem())
	}
	var o ordered
	if r.Value(orderedValue, &o) && o.Draft == id && wrong == nil {
		p.Sent = &ui.Notice{Tone: ui.Success, Title: l.T("web.later.sent"), Text: l.T("web.later.sent-text", "email", o.Email)}
		p.Button = l.T("web.later.again")
		if o.Code != "" {
			p.Code, p.Until = o.Code[:3]+" "+o.Code[3:], l.T("web.later.until", "day", l.Date(o.Until))
		}
	}
	return show(r, status, s.pages.later, p)
}

// linkRoute is where a mailed link leads.
const linkRoute = "/aterkom/:link"

// linkPage asks for the code of a mailed link.
type linkPage struct {
	ui.Shell
	Locked bool
	Left   int
	Until  string
	Code   ui.Field
	Action string
	Token  string
}

func (s *site) linkPage(r *httpkit.Request) error {
	link, err := s.Flow.OpenLink(r.Context(), r.Param("link"))
	if err != nil {
		return s.noLink(r, err)
	}
	return s.showLink(r, http.StatusOK, link, false)
}

// redeem takes the code. The right one leads on, in this browser from now on.
func (s *site) redeem(r *httpkit.Request) error {
	draft, link, err := s.Flow.RedeemLink(r.Context(), r.NewGuest(), r.Param("link"), r.Form().Get("kod"))
	if err != nil {
		return s.noLink(r, err)
	}
	if draft == "" {
		return s.showLink(r, http.StatusUnprocessableEntity, link, true)
	}
	return r.See(openURL + "/" + draft)
}

func (s *site) showLink(r *httpkit.Request, status int, link flow.Link, wrong bool) error {
	l := r.Locale()
	p := linkPage{Shell: s.frame(r, link.Tenant, l.T("web.link.title")), Locked: link.Left == 0, Left: link.Left, Until: l.Date(link.Until), Action: r.Path(),
		Token: r.Token(), Code: ui.Field{Name: "kod", Label: l.T("web.link.code"), Hint: l.T("web.link.code-hint"), InputMode: "numeric", Autocomplete: "off", Width: 8}}
	if p.Locked {
		p.Title = l.T("web.link.locked")
		if wrong {
			status = http.StatusForbidden
		}
	} else if wrong {
		p.Code.Error = l.T("web.link.wrong", "n", link.Left)
		p.Problems = append(p.Problems, p.Code.Problem())
	}
	return show(r, status, s.pages.link, p)
}

// noLink says that a link does not hold: alike for one that never was and one that has been replaced or has run out.
func (s *site) noLink(r *httpkit.Request, err error) error {
	if !errors.Is(err, fault.NotFound) {
		return err
	}
	l := r.Locale()
	page := problemPage{Shell: s.frame(r, nil, l.T("web.link.none")), Text: l.T("web.link.none-text")}
	page.Link = &ui.Link{Text: l.T("web.problem.start"), URL: "/"}
	return show(r, http.StatusNotFound, s.pages.problem, page)
}
