package web

import "samtjanst/platform/httpkit"

// logout ends the session. Whoever is logged out already is told the same.
func (s *site) logout(r *httpkit.Request) error {
	if err := r.LogOut(); err != nil {
		return err
	}
	return r.See("/logga-in?utloggad=1")
}

// extend keeps the session alive: that the request came is enough (httpkit notes it).
func (s *site) extend(r *httpkit.Request) error { return r.NoContent() }
