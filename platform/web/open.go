package web

import (
	"net/http"
	"strings"

	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// Services without login. Their pages of questions are the same as those of people who log in (draft.go, save.go, check.go); what differs is
// the address, who is asked for, and where one comes afterwards: a receipt, since there are no Mina sidor.

// openURL begins the addresses of what is begun without login.
const openURL = "/utan-inloggning"

func openStartURL(sv flow.ServiceView) string { return serviceURL(sv) + openURL }

// isOpen reports that a request is about something begun without login. Whoever has logged in is a guest there like everybody else.
func isOpen(r *httpkit.Request) bool { return strings.HasPrefix(r.Route().Path, openURL+"/") }

// actor is whose draft the request may be about.
func actor(r *httpkit.Request) identity.Actor {
	if isOpen(r) {
		return r.Guest()
	}
	return r.Actor()
}

// openPage is what one reads before starting without login.
type openPage struct {
	ui.Shell
	Action string
	Token  string
	Other  *ui.Notice // somebody is logged in, and should know that it is of no use here
}

func (s *site) beforeOpen(r *httpkit.Request) error {
	sv, err := s.openService(r)
	if err != nil {
		return err
	}
	l := r.Locale()
	p := openPage{Shell: s.frame(r, sv.Tenant, l.T("web.open.title", "service", sv.Form.Title.In(r.Lang))), Action: openStartURL(sv), Token: r.Token()}
	p.Back = &ui.Link{Text: l.T("shell.back"), URL: serviceURL(sv)}
	if r.Actor().Citizen != nil {
		p.Other = &ui.Notice{Tone: ui.Info, Text: l.T("web.open.logged-in")}
	}
	return show(r, http.StatusOK, s.pages.open, p)
}

// openService is the service in the address when it is one without login.
func (s *site) openService(r *httpkit.Request) (flow.ServiceView, error) {
	t, err := s.tenant(r)
	if err != nil {
		return flow.ServiceView{}, err
	}
	sv, err := s.Flow.Service(t.ID, r.Param("form"))
	if err == nil && !sv.Form.Def.Meta.Open() {
		err = notFound("web.openService")
	}
	return sv, err
}

func (s *site) startOpen(r *httpkit.Request) error {
	sv, err := s.openService(r)
	if err != nil {
		return err
	}
	draft, err := s.Flow.Start(r.Context(), r.NewGuest(), string(sv.Tenant.ID), sv.Form.Def.Meta.ID)
	if err != nil {
		return s.refused(r, err, func() (flow.ServiceView, error) { return sv, nil })
	}
	return r.See(openURL + "/" + draft)
}

func receiptURL(id casework.ID) string { return "/kvitto/" + string(id) }

// receiptPage says that it has come in, to somebody who has no other page to come back to.
type receiptPage struct {
	ui.Shell
	Service string
	Receipt ui.Notice
	Facts   ui.Rows
	Next    string // what happens now
	Told    string // whether a mail comes
	Summary ui.Summary
	Files   ui.Files
	PDF     string
	Copy    string
	Token   string
}

func (s *site) receipt(r *httpkit.Request) error {
	v, err := s.Flow.Receipt(r.Context(), r.Guest(), caseID(r))
	if err != nil {
		return err
	}
	l, base := r.Locale(), receiptURL(v.ID)
	p := receiptPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.receipt.title")+" "+v.Reference), Service: v.Form.Title.In(r.Lang), Token: r.Token(),
		Receipt: ui.Notice{Tone: ui.Success, Title: l.T("web.receipt.title"), Text: l.T("web.receipt.text", "reference", v.Reference)},
		Next:    v.Form.Overview.Decision.In(r.Lang), PDF: base + "/kvitto", Copy: base + "/kopia", Told: l.T("web.receipt.untold"),
		Summary: renderer.SummaryView(s.readable(r, v), nil)}
	if v.Told {
		p.Told = l.T("web.receipt.told")
	}
	p.Facts = ui.Rows{{Key: l.T("web.case.reference"), Value: v.Reference}, {Key: l.T("web.receipt.at"), Value: l.DateTime(v.Submitted)}}
	if v.Number != "" {
		p.Facts = append(p.Facts, ui.Row{Key: l.T("web.case.number"), Value: v.Number})
	}
	for _, f := range v.Attachments {
		p.Files = append(p.Files, ui.FileItem{Name: f.Name, Type: renderer.FileKind(f.Type), Bytes: f.Size})
	}
	return show(r, http.StatusOK, s.pages.receipt, p)
}

func (s *site) openReceiptPDF(r *httpkit.Request) error {
	f, err := s.Flow.OpenReceiptPDF(r.Context(), r.Guest(), caseID(r))
	if err != nil {
		return err
	}
	return send(r, f, true)
}

func (s *site) openCopyPDF(r *httpkit.Request) error {
	f, err := s.Flow.OpenCopyPDF(r.Context(), r.Guest(), caseID(r))
	if err != nil {
		return err
	}
	return send(r, f, true)
}

// forget lets go of everything that this browser has begun or handed in without login, for computers that others use.
func (s *site) forget(r *httpkit.Request) error {
	r.ForgetGuest()
	return r.See("/?glomt=1")
}
