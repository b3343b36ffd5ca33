package admin

import (
	"net/http"
	"strings"

	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// Why somebody could not log in: each identity.NotLetIn, and these. Each has a text that says what to do about it.
type refusal string

const (
	refusedSecondFactor refusal = "second-factor"
	refusedExpired      refusal = "expired" // begun long ago, or in another browser
	refusedDenied       refusal = "denied"  // cancelled, or refused by the provider
	refusedFailed       refusal = "failed"  // an answer that cannot be trusted
)

// refusedPage says why, and lets one try again.
type refusedPage struct {
	ui.Shell
	Heading, Text string
	Again         string // address; /admin when the organisation is not known
}

func (s *Site) refuse(r *httpkit.Request, t *directory.Tenant, why refusal) error {
	return s.showRefusal(r, t, "admin.refused.title", why)
}

// ended tells somebody who was logged in why he or she is that no more.
func (s *Site) ended(r *httpkit.Request, why identity.NotLetIn, err error) error {
	if err != nil {
		return err
	}
	return s.showRefusal(r, nil, "admin.ended.title", refusal(why))
}

func (s *Site) showRefusal(r *httpkit.Request, t *directory.Tenant, title string, why refusal) error {
	l := r.Locale()
	p := refusedPage{Shell: s.Shell(r, l.T(title)), Again: HomeURL}
	name := ""
	if t != nil {
		name, p.Again, p.Shell.Theme = t.Name, tenantURL(t), t.Theme
	}
	p.Heading, p.Text = l.T("admin.refused."+string(why)), l.T("admin.refused."+string(why)+"-text", "name", name)
	return Show(r, http.StatusForbidden, s.refused, p)
}

// problemPage is what any error becomes.
type problemPage struct {
	ui.Shell
	Heading, Text, Reference string
	Login                    bool
}

func (s *Site) errorPage(r *httpkit.Request, p httpkit.Problem) ([]byte, error) {
	l := r.Locale()
	return s.problem.Bytes(problemPage{Shell: s.Shell(r, p.Title), Heading: p.Title, Text: p.Text,
		Reference: l.T("fault.reference", "reference", p.Reference), Login: p.Kind == fault.Unauthorised})
}

// expiredPage shows what was being written when the login ran out. It comes from the person's own browser and goes back to it
// alone; nothing of it is kept.
type expiredPage struct {
	ui.Shell
	Texts []string
}

// keptText is how long a typed text must be to be worth showing again.
const keptText = 20

func (s *Site) ranOut(r *httpkit.Request) error {
	if up := r.Upload(); up != nil { // files do not wait; what stands before them has been read
		if err := up.Rest(); err != nil {
			return err
		}
	}
	p := expiredPage{Shell: s.Shell(r, r.Locale().T("admin.expired.title"))}
	for name, values := range r.Form() {
		if name == httpkit.TokenField || name == "tillbaka" {
			continue
		}
		for _, v := range values {
			if len(strings.TrimSpace(v)) >= keptText {
				p.Texts = append(p.Texts, v)
			}
		}
	}
	return Show(r, http.StatusUnauthorized, s.expired, p)
}
