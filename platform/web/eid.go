package web

import (
	"net/http"

	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/renderer/ui"
)

// waitPage is shown while an e-legitimation is waited for, at login and when signing.
type waitPage struct {
	ui.Shell
	Wait ui.EIDWait
}

// waitPage shows it; base is the address that its own addresses stand below.
func (s *site) waitPage(r *httpkit.Request, sh ui.Shell, o eidkit.Order, base string) error {
	wait, err := s.eid.Waiting(r, o, base)
	if err != nil {
		return err
	}
	return show(r, http.StatusOK, s.pages.wait, waitPage{Shell: sh, Wait: wait})
}

// methodName is what a signature was made with, as its maker reads it.
func (s *site) methodName(r *httpkit.Request, method string) string {
	if method == "paper" {
		return r.Locale().T("web.sign.on-paper")
	}
	return s.eid.Words(r, method).Name
}
