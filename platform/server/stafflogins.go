package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"samtjanst/admin"
	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/eid/saml"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
)

// singleLogin is the id of the login that stands alone in an organisation's file, or in the configuration in its place.
const singleLogin = "konto"

// staffLogins are the organisations' own logins, and the origins that a login form may end at. Metadata of SAML providers are fetched among
// those of e-legitimations.
func (s *Server) staffLogins(cfg config.Config, o Options, dirs *directory.Directory) (map[identity.TenantID][]admin.Way, []string, error) {
	logins := map[identity.TenantID][]admin.Way{}
	var origins []string
	for id := range cfg.StaffLogins {
		if _, ok := dirs.Tenant(identity.TenantID(id)); !ok {
			return nil, nil, fmt.Errorf("staffLogins: there is no municipality %q", id)
		}
	}
	for _, t := range dirs.Tenants() {
		all := slices.Clone(t.Staff.Logins)
		if alone := single(cfg, t); alone.Issuer != "" {
			all = append([]directory.Login{{ID: singleLogin, OIDC: &alone}}, all...)
		}
		all = append(all, cfg.StaffLogins[string(t.ID)]...)
		for _, l := range all {
			if slices.ContainsFunc(logins[t.ID], func(w admin.Way) bool { return w.ID == l.ID }) {
				return nil, nil, fmt.Errorf("municipality %s: staff: a second login with id %q", t.ID, l.ID)
			}
			w, origin, err := s.way(cfg, o, t, l)
			if err != nil {
				return nil, nil, fmt.Errorf("municipality %s: staff: %s: %w", t.ID, l.ID, err)
			}
			logins[t.ID] = append(logins[t.ID], w)
			if origin != "" {
				origins = append(origins, origin)
			}
		}
	}
	return logins, origins, nil
}

// single is the login that stands alone; one without issuer when there is none.
func single(cfg config.Config, t *directory.Tenant) oidc.Config {
	if login, ok := cfg.Staff[string(t.ID)]; ok {
		return login
	}
	return oidc.Config{Issuer: t.Staff.Issuer, ClientID: t.Staff.ClientID, ClientSecret: t.Staff.ClientSecret,
		GroupsClaim: t.Staff.GroupsClaim, ACR: t.Staff.SecondFactor}
}

// way makes one login, with our own addresses. A SAML login is reached by a form that its page sends, which names its origin itself.
func (s *Server) way(cfg config.Config, o Options, t *directory.Tenant, l directory.Login) (w admin.Way, origin string, err error) {
	w = admin.Way{ID: l.ID, Title: l.Title}
	if l.OIDC != nil {
		c := *l.OIDC
		c.RedirectURL, c.LogoutURL = cfg.BaseURL+admin.CallbackURL, cfg.BaseURL+admin.LoggedOutURL
		w.OIDC, err = oidc.New(c, o.Clock)
		return w, originOf(c.Issuer), err
	}
	c := *l.SAML
	c.ID, c.ACS = l.ID, cfg.BaseURL+admin.AnswerPath(string(t.ID), l.ID)
	if c.EntityID == "" {
		c.EntityID = cfg.BaseURL + admin.MetadataPath(string(t.ID), l.ID)
	}
	m, err := c.Load()
	if err != nil {
		return w, "", err
	}
	client, err := saml.NewStaff(c, m, seen{s.Store, o.Clock}, o.Clock)
	if err != nil {
		return w, "", err
	}
	s.eids.refresh = append(s.eids.refresh, func(ctx context.Context) error { return client.Refresh(ctx) })
	w.SAML = client
	return w, "", nil
}

func originOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}
