package admin

import (
	"errors"
	"net/http"
	"net/url"

	"samtjanst/integrations/eid"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/renderer/ui"
)

// An organisation's SAML provider posts its answer to answerURL with the person's browser, from another site: without our session's cookie, so
// what is brought is only kept, and the browser goes on to cameBackURL as itself with a ticket. There the login that has begun in its own
// session and the ticket must belong together.

// AnswerPath is where browsers bring the answer of an organisation's SAML login (assertion consumer service), MetadataPath our own metadata
// for it.
func AnswerPath(tenant, login string) string   { return answerURL + "/" + tenant + "/" + login }
func MetadataPath(tenant, login string) string { return metadataURL + "/" + tenant + "/" + login }

// visitPage sends the browser on to a provider with a form.
type visitPage struct {
	ui.Shell
	Name string
	To   ui.EIDVisit
}

func (s *Site) beginSAML(r *httpkit.Request, t *directory.Tenant, w Way) error {
	relay := eidkit.Random()
	o, err := w.SAML.Begin(r.Context(), relay)
	if err != nil {
		return err
	}
	if err := r.Keep(map[string]any{pendingKey: pending{Tenant: t.ID, Way: w.ID, Ref: o.Ref, Relay: relay}}); err != nil {
		return err
	}
	p := visitPage{Shell: s.Shell(r, r.Locale().T("admin.login.visit", "name", t.Name)), Name: t.Name, To: ui.EIDVisit{URL: o.Visit.URL}}
	p.Shell.Theme = t.Theme
	for _, f := range o.Visit.Fields {
		p.To.Fields = append(p.To.Fields, ui.Hidden{Name: f.Name, Value: f.Value})
	}
	if err := r.FormTo(o.Visit.URL); err != nil {
		return err
	}
	return Show(r, http.StatusOK, s.visit, p)
}

// takeAnswer is POST /admin/svar/{tenant}/{login}: keeps what a browser brings from a provider.
func (s *Site) takeAnswer(r *httpkit.Request) error {
	t, w, err := s.way(r.Param("tenant"), r.Param("login"))
	if err != nil {
		return err
	}
	if w.SAML == nil {
		return fault.New("admin.takeAnswer", fault.NotFound, nil)
	}
	posted := r.Form()
	ticket, err := s.deps.Flow.KeepStaffAnswer(r.Context(), loginName(t, w.ID), eid.RelayOf(posted), posted)
	if err != nil {
		return err
	}
	return r.See(cameBackURL + "?" + eidkit.TicketQuery + "=" + url.QueryEscape(ticket))
}

func loginName(t *directory.Tenant, way string) string { return string(t.ID) + "/" + way }

// cameBack is GET /admin/tillbaka: where the browser goes on from the provider as itself.
func (s *Site) cameBack(r *httpkit.Request) error {
	p, ok, err := s.taken(r)
	if err != nil {
		return err
	}
	if !ok || p.Ref == "" {
		return s.refuse(r, nil, refusedExpired)
	}
	t, w, err := s.way(string(p.Tenant), p.Way)
	if err != nil {
		return err
	}
	posted, err := s.deps.Flow.StaffAnswer(r.Context(), loginName(t, w.ID), p.Relay, r.Query(eidkit.TicketQuery))
	if errors.Is(err, fault.NotFound) {
		return s.refuse(r, t, refusedExpired)
	}
	if err != nil {
		return err
	}
	who, err := w.SAML.Finish(r.Context(), p.Ref, posted)
	var refused *eid.Refusal
	switch {
	case errors.Is(err, fault.NotFound):
		return s.refuse(r, t, refusedExpired)
	case errors.As(err, &refused) && (refused.Message == eid.UserCancelled || refused.Message == eid.Cancelled):
		return s.refuse(r, t, refusedDenied)
	case errors.As(err, &refused) && refused.Message == eid.Expired:
		return s.refuse(r, t, refusedExpired)
	case errors.Is(err, fault.Unauthorised):
		return s.refuse(r, t, refusedFailed)
	case err != nil:
		return err
	}
	return s.hasShown(r, t, p.Way, flow.StaffShown{Tenant: t.ID, Subject: who.Subject, Name: who.Name, Number: who.Number, External: who.HSAID,
		Groups: who.Groups, At: who.AuthTime})
}

// metadata is GET /admin/metadata/{tenant}/{login}: ours, for the provider.
func (s *Site) metadata(r *httpkit.Request) error {
	_, w, err := s.way(r.Param("tenant"), r.Param("login"))
	if err != nil {
		return err
	}
	if w.SAML == nil {
		return fault.New("admin.metadata", fault.NotFound, nil)
	}
	xml, err := w.SAML.Metadata()
	if err != nil {
		return err
	}
	return r.Bytes("application/samlmetadata+xml", xml)
}
