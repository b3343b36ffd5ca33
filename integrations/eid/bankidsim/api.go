package bankidsim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"time"
	"unicode/utf8"

	"samtjanst/platform/idno"
)

// Limits in characters of base64 (facts 1.2).
const (
	maxSignVisible, maxSignHidden = 40_000, 200_000
	maxAuthVisible, maxAuthHidden = 1_500, 1_500
	maxReturnURL                  = 512
	maxBody                       = 512 << 10
)

// APIHandler is the relying-party API; paths are /rp/v6.0/auth, sign, phone/auth, phone/sign, collect and cancel. It must be served with the
// configuration from TLS.
func (s *Sim) APIHandler() http.Handler {
	mux := http.NewServeMux()
	for path, h := range map[string]func(http.ResponseWriter, *http.Request, fingerprint, []byte){
		"auth":       s.starting(func(in startRequest, now time.Time) (*order, string) { return in.order(true, now) }),
		"sign":       s.starting(func(in startRequest, now time.Time) (*order, string) { return in.order(false, now) }),
		"phone/auth": s.starting(func(in startRequest, now time.Time) (*order, string) { return in.callOrder(true, now) }),
		"phone/sign": s.starting(func(in startRequest, now time.Time) (*order, string) { return in.callOrder(false, now) }),
		"collect":    s.collect,
		"cancel":     s.cancel,
	} {
		mux.HandleFunc("/rp/v6.0/"+path, s.guarded(h))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "notFound", "No such path")
	})
	return mux
}

// guarded checks what holds for every call: a client certificate, POST, and a content type without charset.
func (s *Sim) guarded(h func(http.ResponseWriter, *http.Request, fingerprint, []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.TLS == nil || len(r.TLS.PeerCertificates) == 0:
			refuse(w, http.StatusUnauthorized, "unauthorized", "No client certificate")
		case r.Method != http.MethodPost:
			refuse(w, http.StatusMethodNotAllowed, "methodNotAllowed", "Only POST")
		case r.Header.Get("Content-Type") != "application/json":
			refuse(w, http.StatusUnsupportedMediaType, "unsupportedMediaType", "Content-Type must be application/json without parameters")
		default:
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil {
				refuse(w, http.StatusBadRequest, "invalidParameters", "Body too large")
				return
			}
			h(w, r, sha256.Sum256(r.TLS.PeerCertificates[0].Raw), body)
		}
	}
}

type startRequest struct {
	EndUserIP   string `json:"endUserIp"`
	Visible     string `json:"userVisibleData"`
	Hidden      string `json:"userNonVisibleData"`
	Format      string `json:"userVisibleDataFormat"`
	ReturnURL   string `json:"returnUrl"`
	Requirement struct {
		PersonalNumber string `json:"personalNumber"`
	} `json:"requirement"`
	Web *struct {
		DeviceIdentifier string `json:"deviceIdentifier"`
		ReferringDomain  string `json:"referringDomain"`
		UserAgent        string `json:"userAgent"`
	} `json:"web"`
	App *struct{} `json:"app"`

	// of an order by telephone
	PersonalNumber string `json:"personalNumber"`
	CallInitiator  string `json:"callInitiator"`
}

// order checks a request as BankID does and gives the order, or what is wrong.
func (in startRequest) order(login bool, now time.Time) (*order, string) {
	if _, err := netip.ParseAddr(in.EndUserIP); err != nil {
		return nil, "Invalid parameter: endUserIp"
	}
	if len(in.ReturnURL) > maxReturnURL {
		return nil, "Invalid parameter: returnUrl"
	}
	if (in.Web == nil) == (in.App == nil) {
		return nil, "Exactly one of web and app is required"
	}
	if in.Web != nil && (in.Web.DeviceIdentifier == "" || in.Web.ReferringDomain == "" || in.Web.UserAgent == "") {
		return nil, "Invalid parameter: web"
	}
	o := &order{login: login, returnURL: in.ReturnURL, ip: in.EndUserIP}
	if n := in.Requirement.PersonalNumber; n != "" {
		var err error
		if o.required, err = idno.Parse(n, now); err != nil || !idno.Valid(n) {
			return nil, "Invalid parameter: requirement.personalNumber"
		}
	}
	return o, in.show(o)
}

// callOrder is order for somebody on the telephone.
func (in startRequest) callOrder(login bool, now time.Time) (*order, string) {
	o := &order{login: login, call: in.CallInitiator}
	if o.call != "RP" && o.call != "user" {
		return nil, "Invalid parameter: callInitiator"
	}
	var err error
	if o.required, err = idno.Parse(in.PersonalNumber, now); err != nil || !idno.Valid(in.PersonalNumber) {
		return nil, "Invalid parameter: personalNumber"
	}
	if in.EndUserIP != "" || in.ReturnURL != "" || in.Web != nil || in.App != nil {
		return nil, "Unknown parameter"
	}
	return o, in.show(o)
}

// show reads what the person sees and what is signed with it, or tells what is wrong.
func (in startRequest) show(o *order) string {
	maxVisible, maxHidden := maxSignVisible, maxSignHidden
	if o.login {
		maxVisible, maxHidden = maxAuthVisible, maxAuthHidden
	}
	var err error
	if o.text, err = base64.StdEncoding.DecodeString(in.Visible); err != nil || len(in.Visible) > maxVisible || !utf8.Valid(o.text) ||
		(!o.login && in.Visible == "") {
		return "Invalid parameter: userVisibleData"
	}
	if o.hidden, err = base64.StdEncoding.DecodeString(in.Hidden); err != nil || len(in.Hidden) > maxHidden {
		return "Invalid parameter: userNonVisibleData"
	}
	switch in.Format {
	case "", "plaintext":
	case "simpleMarkdownV1":
		o.markdown = true
	default:
		return "Invalid parameter: userVisibleDataFormat"
	}
	return ""
}

// reading checks a request and gives the order, or what is wrong.
type reading func(startRequest, time.Time) (*order, string)

// starting makes the handler that begins orders of one kind.
func (s *Sim) starting(read reading) func(http.ResponseWriter, *http.Request, fingerprint, []byte) {
	return func(w http.ResponseWriter, r *http.Request, rp fingerprint, body []byte) {
		s.start(w, r, rp, body, read)
	}
}

func (s *Sim) start(w http.ResponseWriter, r *http.Request, rp fingerprint, body []byte, read reading) {
	now := s.clock.Now()
	var in startRequest
	if err := json.Unmarshal(body, &in); err != nil {
		refuse(w, http.StatusBadRequest, "invalidParameters", "Not JSON")
		return
	}
	o, wrong := read(in, now)
	if wrong != "" {
		refuse(w, http.StatusBadRequest, "invalidParameters", wrong)
		return
	}
	o.rp = rp
	if sc, ok := s.atStart(o.required); ok && !s.answerBy(w, r, sc) {
		return
	}
	if !s.add(o, now) {
		refuse(w, http.StatusBadRequest, "alreadyInProgress", "Order already in progress")
		return
	}
	if o.call != "" {
		reply(w, map[string]string{"orderRef": o.ref})
		return
	}
	reply(w, map[string]string{"orderRef": o.ref, "autoStartToken": o.autoStart, "qrStartToken": o.qrToken, "qrStartSecret": o.qrSecret})
}

// known finds the order that a body names, for the relying party that made it; to others there is none. Sim.mu is held.
func (s *Sim) known(body []byte, rp fingerprint, now time.Time) *order {
	var in struct {
		OrderRef string `json:"orderRef"`
	}
	if json.Unmarshal(body, &in) != nil {
		return nil
	}
	if o := s.find(in.OrderRef, now); o != nil && o.rp == rp {
		return o
	}
	return nil
}

func (s *Sim) cancel(w http.ResponseWriter, _ *http.Request, rp fingerprint, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.known(body, rp, s.clock.Now())
	if o == nil || !o.pending() {
		refuse(w, http.StatusBadRequest, "invalidParameters", "No such order")
		return
	}
	delete(s.orders, o.ref)
	reply(w, struct{}{})
}

func (s *Sim) collect(w http.ResponseWriter, r *http.Request, rp fingerprint, body []byte) {
	s.collected.Add(1)
	now := s.clock.Now()
	s.mu.Lock()
	o := s.known(body, rp, now)
	if o == nil {
		s.mu.Unlock()
		refuse(w, http.StatusBadRequest, "invalidParameters", "No such order")
		return
	}
	o.collects++
	sc, byScript := s.play(o, now)
	s.mu.Unlock()
	if byScript && !s.answerBy(w, r, sc) {
		return
	}

	s.mu.Lock()
	seen := *o
	gone := s.orders[seen.ref] != o
	if seen.phase == complete {
		delete(s.orders, seen.ref) // can be collected once
	}
	s.mu.Unlock()
	if gone {
		refuse(w, http.StatusBadRequest, "invalidParameters", "No such order")
		return
	}
	answer := map[string]any{"orderRef": seen.ref}
	switch seen.phase {
	case complete:
		done, err := s.completion(seen)
		if err != nil {
			refuse(w, http.StatusInternalServerError, "internalError", "Simulator failed")
			return
		}
		answer["status"], answer["completionData"] = "complete", done
	case failed:
		answer["status"], answer["hintCode"] = "failed", seen.hint
	default:
		answer["status"], answer["hintCode"] = "pending", string(seen.phase)
		if seen.hint != "" {
			answer["hintCode"] = seen.hint
		}
	}
	reply(w, answer)
}

// statuses of the scripted refusals; those not named are 400.
var statuses = map[Action]int{Unauthorized: http.StatusUnauthorized, RequestTimeout: http.StatusRequestTimeout,
	InternalError: http.StatusInternalServerError, Maintenance: http.StatusServiceUnavailable, UnknownError: http.StatusTeapot}

// answerBy lets a scenario answer the call; true means that the call goes on as usual, after a delay.
func (s *Sim) answerBy(w http.ResponseWriter, r *http.Request, sc Scenario) bool {
	switch {
	case sc.Do == Slow:
		select {
		case <-time.After(time.Duration(sc.DelayMS) * time.Millisecond):
			return true
		case <-r.Context().Done():
			return false
		}
	case sc.Do == Malformed:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"orderRef":"`)
		return false
	case slices.Contains(refusing, sc.Do):
		status := statuses[sc.Do]
		if status == 0 {
			status = http.StatusBadRequest
		}
		refuse(w, status, string(sc.Do), "Scripted")
		return false
	}
	return true
}

func refuse(w http.ResponseWriter, status int, code, details string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"errorCode": code, "details": details})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
