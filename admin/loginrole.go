package admin

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// Who has roles in several organisations, or is both employed and elected, acts in one role at a time: the session holds that one, and sees what
// it sees. Another is taken without a new login, by a session of its own.

// byKey is where a session keeps by which login it came about.
const byKey = "by"

// loginBy is what a login has shown, from which roles are taken.
type loginBy struct {
	Shown   flow.StaffShown   `json:"shown"`
	At      identity.TenantID `json:"at"`                // where the login was begun
	Way     string            `json:"way,omitempty"`     // of the organisation's logins; "" an e-legitimation
	Several bool              `json:"several,omitempty"` // there were roles to choose among
	Begun   time.Time         `json:"begun"`             // when the choice was offered
	Entered bool              `json:"entered,omitempty"` // a role has been taken
}

// choiceLife is for how long somebody who has logged in may think about in which role.
const choiceLife = 10 * time.Minute

// loggedInBy tells by which login a session came about; false for a session that came about in no browser.
func loggedInBy(r *httpkit.Request) (loginBy, bool) {
	var by loginBy
	ok := r.Value(byKey, &by)
	return by, ok
}

// hasShown goes on with whom a login has shown: in, to choose a role, or to be told why not. t is where the login was begun.
func (s *Site) hasShown(r *httpkit.Request, t *directory.Tenant, way string, shown flow.StaffShown) error {
	roles, err := s.deps.Flow.StaffRoles(r.Context(), shown)
	var why identity.NotLetIn
	if errors.As(err, &why) {
		return s.refuse(r, t, refusal(why))
	}
	if err != nil {
		return err
	}
	by := loginBy{Shown: shown, At: t.ID, Way: way, Several: len(roles) > 1, Begun: s.kit.Clock.Now()}
	if !by.Several {
		return s.enter(r, by, roles[0])
	}
	if err := r.Keep(map[string]any{byKey: by}); err != nil {
		return err
	}
	return r.See(RoleURL)
}

// enter lets somebody in, in a role, and goes on to the page that was asked for.
func (s *Site) enter(r *httpkit.Request, by loginBy, st identity.Staff) error {
	var next string
	r.Value(nextKey, &next)
	if err := s.deps.Presence.StaffLoggedIn(r.Context(), st); err != nil {
		return err
	}
	var err error
	if by.Entered {
		err = r.Become(st)
	} else {
		err = r.LogIn(identity.Actor{Staff: &st})
	}
	if err != nil {
		return err
	}
	by.Entered = true
	if err := r.Keep(map[string]any{byKey: by}); err != nil {
		return err
	}
	if next, ok := httpkit.LocalPath(next); ok && within(next, HomeURL) {
		return r.See(next)
	}
	return r.See(HomeURL)
}

// rolesPage is /admin/roll: in which role?
type rolesPage struct {
	ui.Shell
	Name   string
	Action string
	Roles  []roleChoice
}

// roleChoice is a role with what it is.
type roleChoice struct {
	Value, Title string
	Boards       []string
	Current      bool
}

// rolesOf are those that whoever has logged in here can choose among; ok is false when nobody has, or it was too long ago.
func (s *Site) rolesOf(r *httpkit.Request) (by loginBy, roles []identity.Staff, ok bool, err error) {
	by, ok = loggedInBy(r)
	if !ok || by.Entered == (r.Actor().Staff == nil) || !by.Entered && s.kit.Clock.Now().Sub(by.Begun) > choiceLife {
		return by, nil, false, nil
	}
	roles, err = s.deps.Flow.StaffRoles(r.Context(), by.Shown)
	by.Several = len(roles) > 1
	return by, roles, true, err
}

// roleID names a role in a form.
func roleID(st identity.Staff) string { return string(st.Tenant) + "." + string(st.Capacity) }

// showRoles is GET /admin/roll.
func (s *Site) showRoles(r *httpkit.Request) error {
	by, roles, ok, err := s.rolesOf(r)
	if done, err := s.noRoles(r, by, ok, err); done {
		return err
	}
	if !by.Entered && len(roles) == 1 {
		return s.enter(r, by, roles[0])
	}
	l := r.Locale()
	p := rolesPage{Shell: s.Shell(r, l.T("admin.role.title")), Name: by.Shown.Name, Action: RoleURL}
	now := r.Actor().Staff
	for _, st := range roles {
		c := roleChoice{Value: roleID(st), Boards: s.authorityNames(st), Current: now != nil && now.Tenant == st.Tenant && now.Capacity == st.Capacity}
		name := string(st.Tenant)
		if t, ok := s.dir.Tenant(st.Tenant); ok {
			name = t.Name
		}
		kind := st.Capacity
		if kind == "" {
			kind = identity.Employed
		}
		c.Title = l.T("admin.role."+string(kind), "name", name)
		p.Roles = append(p.Roles, c)
	}
	return Show(r, http.StatusOK, s.pages.roles, p)
}

// noRoles answers whoever cannot choose; done is false for who can.
func (s *Site) noRoles(r *httpkit.Request, by loginBy, ok bool, err error) (done bool, _ error) {
	var why identity.NotLetIn
	switch {
	case !ok && r.Actor().Staff != nil:
		return true, r.See(HomeURL)
	case !ok:
		return true, r.See(LoginURL)
	case errors.As(err, &why):
		if err := r.Keep(map[string]any{byKey: nil}); err != nil {
			return true, err
		}
		t, _ := s.dir.Tenant(by.At)
		return true, s.refuse(r, t, refusal(why))
	}
	return err != nil, err
}

// takeRole is POST /admin/roll.
func (s *Site) takeRole(r *httpkit.Request) error {
	by, roles, ok, err := s.rolesOf(r)
	if done, err := s.noRoles(r, by, ok, err); done {
		return err
	}
	want := strings.Clone(r.Form().Get("roll"))
	for _, st := range roles {
		if roleID(st) == want {
			return s.enter(r, by, st)
		}
	}
	return fault.Newf("admin.takeRole", fault.Forbidden, "the role is none of theirs now")
}
