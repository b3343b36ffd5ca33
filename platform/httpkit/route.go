package httpkit

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// Handler answers a request. An error becomes a page by its fault kind (errors.go).
type Handler func(*Request) error

// Access says who may use a route. The zero value is nobody.
type Access struct {
	kind  accessKind
	roles []identity.Role
}

type accessKind uint8

const (
	nobody accessKind = iota
	public
	citizen
	staff
)

// Public routes are for everybody.
var Public = Access{kind: public}

// Citizen routes are for a person who has logged in with e-legitimation. Whether a draft or case is hers is asked by the
// use case.
var Citizen = Access{kind: citizen}

// Staff routes are for staff who hold one of the roles within some authority; without roles, for all staff who have
// logged in. Which authority's cases they see is asked by the use case.
func Staff(roles ...identity.Role) Access { return Access{kind: staff, roles: roles} }

// IsPublic reports whether everybody may.
func (a Access) IsPublic() bool { return a.kind == public }

// May reports whether an actor may use the route.
func (a Access) May(actor identity.Actor) bool {
	switch a.kind {
	case public:
		return true
	case citizen:
		return actor.Citizen != nil
	case staff:
		return actor.Staff != nil && (len(a.roles) == 0 || len(actor.Authorities(a.roles...)) > 0)
	}
	return false
}

func (a Access) String() string {
	switch a.kind {
	case public:
		return "public"
	case citizen:
		return "citizen"
	case staff:
		return fmt.Sprintf("staff%v", a.roles)
	}
	return "nobody"
}

// Route is one line of the table.
type Route struct {
	Method string
	Path   string // Fiber's pattern: "/ansokan/:draft/:page"
	Who    Access
	Handle Handler
	// Files: the form may have files; the handler reads them by Request.Upload.
	Files bool
	// Hold: a form posted here after the login has expired is handed to the site's Login with its values, to be
	// kept until the same person has logged in again.
	Hold bool
	// Limit bounds how often; nil no limit.
	Limit *Limit
	// Foreign: what comes here is sent by another site, a provider of e-legitimation that hands the browser back. Nothing of a session is
	// read or written, since whoever sends it may be anybody, and no token is asked for. The route is public.
	Foreign bool
	// Quiet: the request does not count as activity, so a page that asks again by itself cannot keep a session alive.
	Quiet bool
	Site  *Site // set by Add
}

// Site is an area of the table.
type Site struct {
	Kind SessionKind
	// Login answers when somebody must be logged in and nobody is. For a Hold route the form is already read.
	Login Handler
	// Stale answers a form whose token belongs to an earlier session of the same browser, when the browser itself says
	// that it comes from our own page. nil refuses it.
	Stale Handler
	// ErrorPage makes the page for a problem; nil, and when it fails, a bare one is shown.
	ErrorPage func(*Request, Problem) ([]byte, error)
}

// Add puts routes of a site into the table. A route without Who, Handle or Site.Login where it is needed, and one that is
// there already, is a mistake in the program and panics.
func (k *Kit) Add(s *Site, routes ...Route) {
	for _, r := range routes {
		switch {
		case r.Who.kind == nobody || r.Handle == nil || !strings.HasPrefix(r.Path, "/"):
			panic(fmt.Sprintf("httpkit: route %s %s lacks who may use it, its handler, or a path", r.Method, r.Path))
		case !r.Who.IsPublic() && s.Login == nil:
			panic(fmt.Sprintf("httpkit: route %s %s is not public and its site has no Login", r.Method, r.Path))
		case r.Foreign && !r.Who.IsPublic():
			panic(fmt.Sprintf("httpkit: route %s %s takes what other sites send and is not public", r.Method, r.Path))
		case r.Who.kind == citizen && s.Kind != CitizenSession, r.Who.kind == staff && s.Kind != StaffSession:
			panic(fmt.Sprintf("httpkit: route %s %s is for %s, the site's session is another's", r.Method, r.Path, r.Who))
		}
		for _, have := range k.routes {
			if have.Method == r.Method && have.Path == r.Path {
				panic(fmt.Sprintf("httpkit: route %s %s is there already", r.Method, r.Path))
			}
		}
		r.Site = s
		k.routes = append(k.routes, &r)
	}
}

// serve is the doorman of one route.
func (k *Kit) serve(route *Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := k.request(c, route)
		err := k.answer(r)
		if err != nil {
			err = k.fail(r, err)
		}
		if r.cancel != nil {
			r.cancel()
		}
		return err
	}
}

func (k *Kit) answer(r *Request) error {
	if err := k.limit(r); err != nil {
		return err
	}
	posts := r.Method != http.MethodGet && r.Method != http.MethodHead
	if r.route.Foreign {
		return k.foreign(r, posts)
	}
	if err := k.loadSession(r); err != nil {
		return err
	}
	actor := r.Actor()
	if posts {
		if err := sameOrigin(r); err != nil {
			return err
		}
		if err := k.readForm(r); err != nil {
			return err
		}
		if !r.tokenOK() {
			if r.route.Site.Stale != nil && provenOrigin(r) {
				return r.route.Site.Stale(r)
			}
			return fault.Newf("httpkit.serve", fault.Forbidden, "the form's token is not this session's")
		}
	}
	if !r.route.Who.May(actor) {
		if actor.Stranger() {
			return r.route.Site.Login(r)
		}
		return fault.Newf("httpkit.serve", fault.Forbidden, "%s %s is for %s", r.Method, r.route.Path, r.route.Who)
	}
	return r.route.Handle(r)
}

// foreign answers what another site has the browser send: as a stranger's, however the browser is known here.
func (k *Kit) foreign(r *Request, posts bool) error {
	now := k.Clock.Now()
	r.session = &Session{Kind: r.route.Site.Kind, Created: now, Seen: now}
	if posts {
		if err := k.readForm(r); err != nil {
			return err
		}
	}
	return r.route.Handle(r)
}
