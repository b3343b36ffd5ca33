package directory

import (
	"fmt"
	"slices"
	"strings"

	"samtjanst/platform/identity"
)

// Cooperation has another organisation's board, the host, work with cases that are ours: its officers prepare them, and ours decide
// (a socialjour for several municipalities). The case is our board's from its first moment: its key, number, retention and archive.
type Cooperation struct {
	ID        string               `yaml:"id"`        // "socialjour"
	Title     string               `yaml:"title"`     // "Socialjouren"
	Authority string               `yaml:"authority"` // slug of our board
	Host      identity.AuthorityID `yaml:"host"`      // "sigtuna/social"; our own board may be its own host
	Forms     []string             `yaml:"forms"`     // what the host's officers may begin for us
	// Settings are our values for settings of those forms: each form takes the ones that it has.
	Settings map[string]any `yaml:"settings"`
}

// FormSettings are the organisation's values for the settings of a form: as it offers the form, or as the cooperation says in which officers
// begin it.
func (t *Tenant) FormSettings(form string) map[string]any {
	if sv, ok := t.Service(form); ok {
		return sv.Settings
	}
	for _, c := range t.Cooperations {
		if slices.Contains(c.Forms, form) {
			return c.Settings
		}
	}
	return nil
}

// Shared is a cooperation as its host sees it.
type Shared struct {
	Tenant *Tenant
	Cooperation
}

// AuthorityID is the board whose cases they are.
func (s Shared) AuthorityID() identity.AuthorityID { return s.Tenant.AuthorityID(s.Authority) }

// HostedBy lists what a board does for others, and for itself, in the files' order.
func (d *Directory) HostedBy(host identity.AuthorityID) []Shared {
	var out []Shared
	for _, t := range d.tenants {
		for _, c := range t.Cooperations {
			if c.Host == host {
				out = append(out, Shared{t, c})
			}
		}
	}
	return out
}

// Cooperation finds the one in which a host begins a form for a board.
func (d *Directory) Cooperation(host, authority identity.AuthorityID, form string) (Shared, bool) {
	for _, s := range d.HostedBy(host) {
		if s.AuthorityID() == authority && slices.Contains(s.Forms, form) {
			return s, true
		}
	}
	return Shared{}, false
}

// Together reports whether two organisations are the same, or one works with cases of the other.
func (d *Directory) Together(a, b identity.TenantID) bool {
	works := func(host, other identity.TenantID) bool {
		t, ok := d.byID[other]
		return ok && slices.ContainsFunc(t.Cooperations, func(c Cooperation) bool { return strings.HasPrefix(string(c.Host), string(host)+"/") })
	}
	return a == b || works(a, b) || works(b, a)
}

// Name is a board's name with its organisation's: "Socialnämnden, Tallviks kommun"; the id when it is not here.
func (d *Directory) Name(id identity.AuthorityID) string {
	tenant, slug, _ := strings.Cut(string(id), "/")
	if t, ok := d.byID[identity.TenantID(tenant)]; ok {
		if a, ok := t.Authority(slug); ok {
			return a.Name + ", " + t.Name
		}
	}
	return string(id)
}

// checkCooperations holds every cooperation against the boards that there are.
func (d *Directory) checkCooperations() error {
	for _, t := range d.tenants {
		for i, c := range t.Cooperations {
			tenant, slug, _ := strings.Cut(string(c.Host), "/")
			host, ok := d.byID[identity.TenantID(tenant)]
			if ok {
				_, ok = host.Authority(slug)
			}
			if !ok {
				return fmt.Errorf("municipality %s: cooperations[%d].host: there is no board %q", t.ID, i, c.Host)
			}
			if _, ok := t.Authority(c.Authority); !ok {
				return fmt.Errorf("municipality %s: cooperations[%d].authority: there is no authority %q", t.ID, i, c.Authority)
			}
			if c.ID == "" || c.Title == "" || len(c.Forms) == 0 {
				return fmt.Errorf("municipality %s: cooperations[%d]: id, title and forms are needed", t.ID, i)
			}
			for _, before := range t.Cooperations[:i] {
				if j := slices.IndexFunc(c.Forms, func(f string) bool { return slices.Contains(before.Forms, f) }); j >= 0 && len(c.Settings)+len(before.Settings) > 0 {
					return fmt.Errorf("municipality %s: cooperations[%d]: %s is in %s too, and settings are one for each form", t.ID, i, c.Forms[j], before.ID)
				}
			}
		}
	}
	return nil
}
