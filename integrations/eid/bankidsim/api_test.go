package bankidsim_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// The protocol's own rules, asked with a plain HTTP client: what the real BankID would refuse is refused here.
func TestAPIRefuses(t *testing.T) {
	h := open(t, authority)
	cert, key := h.sim.RPCertificate()
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	transport := h.api.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	transport.TLSClientConfig.InsecureSkipVerify = true // the client's own trust is tested elsewhere
	rp := &http.Client{Transport: transport}
	const web = `"web":{"deviceIdentifier":"d","referringDomain":"example.se","userAgent":"u"}`
	ok := `{"endUserIp":"192.0.2.1",` + web + `}`
	long := strings.Repeat("A", 1504)
	for _, c := range []struct {
		name, method, path, contentType, body string
		status                                int
		code                                  string
	}{
		{"charset", "POST", "/auth", "application/json; charset=utf-8", ok, 415, "unsupportedMediaType"},
		{"no type", "POST", "/auth", "", ok, 415, "unsupportedMediaType"},
		{"GET", "GET", "/auth", "application/json", "", 405, "methodNotAllowed"},
		{"unknown path", "POST", "/dance", "application/json", ok, 404, "notFound"},
		{"not JSON", "POST", "/auth", "application/json", "{", 400, "invalidParameters"},
		{"no address", "POST", "/auth", "application/json", `{` + web + `}`, 400, "invalidParameters"},
		{"neither web nor app", "POST", "/auth", "application/json", `{"endUserIp":"192.0.2.1"}`, 400, "invalidParameters"},
		{"both web and app", "POST", "/auth", "application/json", `{"endUserIp":"192.0.2.1","app":{},` + web + `}`, 400, "invalidParameters"},
		{"sign without text", "POST", "/sign", "application/json", ok, 400, "invalidParameters"},
		{"text not base64", "POST", "/auth", "application/json", `{"endUserIp":"192.0.2.1","userVisibleData":"å",` + web + `}`, 400, "invalidParameters"},
		{"text too long", "POST", "/auth", "application/json", `{"endUserIp":"192.0.2.1","userVisibleData":"` + long + `",` + web + `}`, 400, "invalidParameters"},
		{"number", "POST", "/auth", "application/json", `{"endUserIp":"192.0.2.1","requirement":{"personalNumber":"199001012386"},` + web + `}`, 400, "invalidParameters"},
		{"call without number", "POST", "/phone/auth", "application/json", `{"callInitiator":"RP"}`, 400, "invalidParameters"},
		{"call by nobody", "POST", "/phone/auth", "application/json", `{"personalNumber":"199001012385"}`, 400, "invalidParameters"},
		{"call from a browser", "POST", "/phone/auth", "application/json", `{"callInitiator":"RP","personalNumber":"199001012385",` + web + `}`, 400, "invalidParameters"},
		{"call to sign nothing", "POST", "/phone/sign", "application/json", `{"callInitiator":"RP","personalNumber":"199001012385"}`, 400, "invalidParameters"},
		{"a call", "POST", "/phone/auth", "application/json", `{"callInitiator":"user","personalNumber":"199001012385"}`, 200, ""},
		{"no such order", "POST", "/collect", "application/json", `{"orderRef":"x"}`, 400, "invalidParameters"},
		{"cancel no such order", "POST", "/cancel", "application/json", `{"orderRef":"x"}`, 400, "invalidParameters"},
		{"well", "POST", "/auth", "application/json", ok, 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, h.api.URL+"/rp/v6.0"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if c.contentType != "" {
				req.Header.Set("Content-Type", c.contentType)
			}
			p := read(t)(rp.Do(req))
			var e struct {
				ErrorCode string `json:"errorCode"`
			}
			if err := json.Unmarshal([]byte(p.body), &e); err != nil || p.status != c.status || e.ErrorCode != c.code {
				t.Fatalf("got %d %s", p.status, p.body)
			}
		})
	}
	transport = transport.Clone()
	transport.TLSClientConfig.Certificates = nil
	if _, err := (&http.Client{Transport: transport}).Post(h.api.URL+"/rp/v6.0/auth", "application/json", strings.NewReader(ok)); err == nil {
		t.Fatal("let in without a certificate")
	}
}
