package web

import (
	"errors"
	"net/http"
	"net/url"

	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/renderer/ui"
)

// E-legitimations whose page is visited. The browser is sent there with a form or a link, and comes back to answerURL from that site: without
// our session's cookie (SameSite) and without a token, so whatever is brought is only kept, and the browser gets a ticket with which it goes
// on to backURL as itself. There the order in its own session and the ticket must belong together.

const (
	answerURL = "/eid/svar" // /eid/svar/{provider}: what providers are configured with
	backURL   = "/eid/klar"
)

// takeAnswer keeps what a browser brings from a provider.
func (s *site) takeAnswer(r *httpkit.Request) error {
	posted := r.Form()
	if r.Method == http.MethodGet {
		posted = r.QueryValues()
	}
	ticket, err := s.Flow.TakeAnswer(r.Context(), r.Param("provider"), eid.RelayOf(posted), posted)
	if err != nil {
		return err
	}
	return r.See(backURL + "?" + eidkit.TicketQuery + "=" + url.QueryEscape(ticket))
}

// cameBack is where the browser goes on from a provider as itself.
func (s *site) cameBack(r *httpkit.Request) error {
	o, ticket, err := s.eid.CameBack(r)
	switch {
	case errors.Is(err, fault.NotFound) && r.Cookie(httpkit.StaffSession.Cookie()) != "" && s.StaffBack != "":
		return r.See(s.StaffBack + "?" + eidkit.TicketQuery + "=" + url.QueryEscape(ticket)) // begun by an officer, who has another session
	case errors.Is(err, fault.NotFound):
		return s.strayAnswer(r)
	case err != nil:
		return err
	}
	if o.For == eidkit.Login {
		return s.pollLogin(r)
	}
	return s.signingCameBack(r, casework.ID(o.For), ticket)
}

func (s *site) signingCameBack(r *httpkit.Request, id casework.ID, ticket string) error {
	if r.Actor().Citizen == nil { // logged out meanwhile: the order is still that person's, who logs in again
		return r.See(signURL(id))
	}
	err := s.Flow.SigningCameBack(r.Context(), r.Actor(), id, ticket)
	if errors.Is(err, fault.NotFound) {
		return s.strayAnswer(r)
	}
	if err != nil {
		return err
	}
	a, err := s.askSigning(r, id)
	if err != nil {
		return s.refusedCase(r, err, id)
	}
	return eidkit.AnswerButton(r, a, signURL(id))
}

// strayAnswer tells a browser that has nothing in progress to which an answer belongs: it was begun in another browser, is over already, or
// somebody wants a stranger to complete what he or she has begun.
func (s *site) strayAnswer(r *httpkit.Request) error {
	l := r.Locale()
	p := problemPage{Shell: s.frame(r, nil, l.T("web.eid.stray")), Text: l.T("web.eid.stray-text"), Link: &ui.Link{Text: l.T("web.mine.to"), URL: "/mina-sidor"}}
	return show(r, http.StatusConflict, s.pages.problem, p)
}
