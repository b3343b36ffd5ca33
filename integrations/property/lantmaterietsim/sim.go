// Package lantmaterietsim speaks Lantmäteriet's REST services Belägenhetsadress Direkt v4.2 and Registerbeteckning Direkt v5 (facts 5.5)
// over the places of the demo: the token endpoint, the free-text searches, addresses by id, a designation by its name, and health.
//
// What the real services refuse, this one refuses: a missing, wrong or ended token (the gateway's 900902), a text of fewer than three
// characters or an unknown code (a Fault with a reason), more calls than the gateway allows. How the real search ranks is not known; here
// every word typed must begin a word of the address. [Sim.Fail] makes it fail as a whole, or only for which property an address stands
// on. The page at /lantmateriet/ shows the places and has the same switches; POST /lantmateriet/script takes them as JSON.
package lantmaterietsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"samtjanst/integrations/property"
	"samtjanst/integrations/sim/journal"
	"samtjanst/integrations/sim/oauth"
	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/places"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

// Paths of the services on the hub: in reality the token endpoint is another host's.
const (
	TokenPath       = "/lantmateriet/oauth2/token"
	AddressPath     = "/lantmateriet/distribution/produkter/belagenhetsadress/v4.2"
	DesignationPath = "/lantmateriet/distribution/produkter/registerbeteckning/v5"
)

const perMinute = 600

// Fault is a way in which the register fails.
type Fault string

// Faults.
const (
	Works     Fault = ""
	Slow      Fault = "slow"      // answers after Options.Delay
	Down      Fault = "down"      // closes the connection
	Error500  Fault = "500"       // technical fault
	TooMany   Fault = "429"       // over the limit on calls
	Forbidden Fault = "403"       // the credentials give no access
	OldToken  Fault = "401"       // forgets every token that it has given out
	NoRoute   Fault = "404"       // the gateway knows no such address: not the service's "nothing found"
	NotFound  Fault = "none"      // the service's own 404
	Malformed Fault = "malformed" // an answer that is cut off
	WrongType Fault = "wrongtype" // an answer of another shape than described
	Half      Fault = "half"      // only the properties that addresses stand on are not answered for
	Stranger  Fault = "stranger"  // tells the properties of other addresses than were asked about
)

// Options says what places there are and who may ask.
type Options struct {
	Clock clock.Clock

	ClientID, ClientSecret string

	Delay     time.Duration // of Slow; 20 s when zero
	PerMinute int           // calls allowed; 600 when zero
}

// Call is one search that the register has seen.
type Call struct {
	At    time.Time
	Ref   string // X-Request-Id
	Text  string
	Found int
}

// Sim is the register. Safe for concurrent use.
type Sim struct {
	options   Options
	clock     clock.Clock
	limit     *rate.Limiter
	outage    *outage.Switch[Fault]
	tokens    *oauth.Server
	calls     journal.Last[Call]
	addresses []places.Place
	parcels   []places.Parcel
}

// New makes the register.
func New(o Options) *Sim {
	if o.Delay == 0 {
		o.Delay = 20 * time.Second
	}
	if o.PerMinute == 0 {
		o.PerMinute = perMinute
	}
	return &Sim{options: o, clock: o.Clock, limit: rate.NewLimiter(rate.Every(time.Minute/time.Duration(o.PerMinute)), o.PerMinute),
		outage:    outage.New(Slow, Down, Error500, TooMany, Forbidden, OldToken, NoRoute, NotFound, Malformed, WrongType, Half, Stranger),
		tokens:    oauth.New(oauth.Options{Clock: o.Clock, ID: o.ClientID, Secret: o.ClientSecret, Basic: true}),
		addresses: places.Addresses(), parcels: places.Parcels()}
}

// Fail makes the next calls fail, as many as times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Reset ends a fault and forgets the calls that have been made.
func (s *Sim) Reset() {
	if err := s.outage.Set(Works, 0); err != nil {
		panic(err) // no fault can always be set
	}
	s.calls.Clear()
}

// Calls lists the searches, oldest first; the last 200 are kept.
func (s *Sim) Calls() []Call { return s.calls.All() }

func (s *Sim) note(r *http.Request, text string, found int) {
	s.calls.Add(Call{s.clock.Now(), r.Header.Get("X-Request-Id"), text, found})
}

// API serves the token endpoint and the services.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+TokenPath, s.tokens)
	for _, base := range []string{AddressPath, DesignationPath} {
		mux.HandleFunc("GET "+base+"/health", func(w http.ResponseWriter, _ *http.Request) { shell.JSON(w, http.StatusOK, object{"status": "UP"}) })
	}
	mux.HandleFunc("GET "+AddressPath+"/referens/fritext", s.admitted(s.searchAddresses))
	mux.HandleFunc("GET "+AddressPath+"/{id}", s.admitted(s.oneAddress))
	mux.HandleFunc("POST "+AddressPath+"/{$}", s.admitted(s.manyAddresses))
	mux.HandleFunc("GET "+DesignationPath+"/referens/fritext", s.admitted(s.searchParcels))
	mux.HandleFunc("GET "+DesignationPath+"/namn", s.admitted(s.parcelByName))
	return mux
}

// admitted answers what the gateway refuses, and the faults that strike any call.
func (s *Sim) admitted(next func(http.ResponseWriter, *http.Request, Fault)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f := s.outage.Take()
		if f == OldToken {
			s.tokens.Forget()
		}
		_, admitted := s.tokens.Admits(r)
		switch {
		case f == Down:
			panic(http.ErrAbortHandler) // closes the connection without an answer
		case !admitted:
			oauth.Refuse(w, http.StatusUnauthorized, "900902", "Missing Credentials")
		case !s.limit.AllowN(s.clock.Now(), 1) || f == TooMany:
			oauth.Refuse(w, http.StatusTooManyRequests, "900802", "Message throttled out")
		case f == Forbidden:
			oauth.Refuse(w, http.StatusForbidden, "900910", "The access token does not allow you to access the requested resource")
		case f == NoRoute:
			oauth.Refuse(w, http.StatusNotFound, "404", "No matching resource found for given API Request")
		case f == NotFound:
			refuse(w, http.StatusNotFound, "Inga träffar")
		case f == Error500 || f == Half && r.Method == http.MethodPost:
			refuse(w, http.StatusInternalServerError, "Tekniskt fel")
		case f == Slow && !outage.Wait(r.Context(), s.options.Delay):
		case f == Malformed:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`[{"objektidentitet":"5f2e1d4c-`)) // the caller has gone: nobody to tell
		case f == WrongType:
			shell.JSON(w, http.StatusOK, object{"objektidentitet": true})
		default:
			next(w, r, f)
		}
	}
}

// search reads the parameters that both searches have.
func (s *Sim) search(w http.ResponseWriter, r *http.Request, parameter string) (text, code string, most int, ok bool) {
	q := r.URL.Query()
	text, code, most = q.Get(parameter), q.Get("kommunkod"), 100
	if n := q.Get("maxHits"); n != "" {
		var err error
		if most, err = strconv.Atoi(n); err != nil || most < 1 {
			refuse(w, http.StatusBadRequest, "maxHits är inte ett positivt heltal")
			return "", "", 0, false
		}
	}
	if utf8.RuneCountInString(text) < property.MinText {
		refuse(w, http.StatusBadRequest, "Minst tre tecken måste anges")
		return "", "", 0, false
	}
	return text, code, most, true
}

// fits reports whether every word typed begins a word of the text.
func fits(typed, text string) bool {
	plain := func(s string) []string {
		return strings.Fields(strings.ToLower(strings.ReplaceAll(s, ",", " ")))
	}
	have := plain(text)
	return !slices.ContainsFunc(plain(typed), func(word string) bool {
		return !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, word) })
	})
}

func (s *Sim) searchAddresses(w http.ResponseWriter, r *http.Request, _ Fault) {
	text, code, most, ok := s.search(w, r, "adress")
	if !ok {
		return
	}
	status, split := r.URL.Query().Get("status"), r.URL.Query().Get("splitAdress") == "true"
	found := []object{}
	for _, p := range s.addresses {
		if len(found) < most && (code == "" || code == p.Code) && (status == "" || status == statusOf(p)) && fits(text, label(p)+" "+p.Number+p.Letter) {
			found = append(found, reference(p, split))
		}
	}
	s.note(r, text, len(found))
	shell.JSON(w, http.StatusOK, found)
}

func (s *Sim) searchParcels(w http.ResponseWriter, r *http.Request, _ Fault) {
	text, code, most, ok := s.search(w, r, "beteckning")
	if !ok {
		return
	}
	found := []object{}
	for _, p := range s.parcels {
		if len(found) < most && (code == "" || code == p.Code) && fits(text, p.Designation) {
			found = append(found, designation(p))
		}
	}
	s.note(r, text, len(found))
	shell.JSON(w, http.StatusOK, found)
}

func (s *Sim) oneAddress(w http.ResponseWriter, r *http.Request, f Fault) {
	if s.reply(w, r, []string{r.PathValue("id")}, f) == 0 {
		refuse(w, http.StatusNotFound, "Adressen finns inte")
	}
}

func (s *Sim) manyAddresses(w http.ResponseWriter, r *http.Request, f Fault) {
	var ids []string
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&ids); err != nil || r.Header.Get("Content-Type") != "application/json" || len(ids) > 250 {
		refuse(w, http.StatusBadRequest, "Begäran kan inte läsas")
		return
	}
	if s.reply(w, r, ids, f) == 0 {
		shell.JSON(w, http.StatusOK, object{"type": "FeatureCollection", "features": []object{}})
	}
}

// reply writes the addresses with those ids, and tells how many there are; nothing is written when there are none.
func (s *Sim) reply(w http.ResponseWriter, r *http.Request, ids []string, f Fault) int {
	features := []object{}
	for _, p := range s.addresses {
		if p.Unknown || slices.Contains(ids, p.ID) == (f == Stranger) {
			continue
		}
		features = append(features, feature(p, r.URL.Query().Get("includeData")))
	}
	if len(features) > 0 {
		shell.JSON(w, http.StatusOK, object{"type": "FeatureCollection", "features": features})
	}
	return len(features)
}

func (s *Sim) parcelByName(w http.ResponseWriter, r *http.Request, _ Fault) {
	name := r.URL.Query().Get("namn")
	for _, p := range s.parcels {
		if strings.EqualFold(p.Designation, strings.TrimSpace(name)) {
			shell.JSON(w, http.StatusOK, object{"type": "FeatureCollection", "features": []object{{"type": "Feature", "id": p.ID, "geometry": nil,
				"properties": named(p)}}})
			return
		}
	}
	refuse(w, http.StatusNotFound, "Beteckningen finns inte")
}
