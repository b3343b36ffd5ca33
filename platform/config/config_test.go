package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"samtjanst/integrations/eid/oidc"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/sim"
	"samtjanst/platform/signing/seal"

	"go.yaml.in/yaml/v3"
)

const good = `
baseURL: https://e.exempel.se
municipalities: kommuner
bankid: {certificate: rp.pem, key: rp.key, serverRoots: server.pem, roots: roots.pem}
navet: {baseURL: https://api.skatteverket.se, tokenURL: https://sysorgoauth2.skatteverket.se/oauth2/v1/sysorg/token, tokenID: id,
  tokenSecret: env:SAMTJANST_TEST_SECRET, gatewayID: g, gatewaySecret: s, organisation: "162021004748", order: 00000236-FO01-0001, certFile: o.pem, keyFile: o.key}
mail: {host: smtp.exempel.se, port: 587, from: noreply@exempel.se}
bolagsverket: {baseURL: https://gw.api.bolagsverket.se/vardefulla-datamangder/v1, tokenURL: https://portal.api.bolagsverket.se/oauth2/token, clientID: c, clientSecret: s}
lantmateriet: {addressURL: https://api.lantmateriet.se/distribution/produkter/belagenhetsadress/v4.2, tokenURL: https://apimanager.lantmateriet.se/oauth2/token, clientID: lm, clientSecret: s}
sms: {url: https://sms.exempel.se/v1, token: t}
timestamp: {url: https://tsa.exempel.se, roots: tsa.pem}
dispatch: {accessPoint: {url: https://ap.exempel.se, token: "0123456789abcdef0123456789abcdef", rootsFile: /etc/ap.pem}, senders: {data: "0203:data.example"}}
staff: {exempel: {issuer: https://login.exempel.se, clientID: samtjanst, clientSecret: env:SAMTJANST_TEST_SECRET, rootsFile: login.pem}}
handover:
  - {municipality: exempel, target: transport, folder: /srv/ut, inbox: /srv/in, authority: barn-och-utbildning}
  - {municipality: exempel, target: school, webhook: {url: https://skola.exempel.se, secret: env:SAMTJANST_TEST_SECRET, rootsFile: skola.pem}}
`

func load(t *testing.T, text string) (Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "samtjanst.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

func TestLoad(t *testing.T) {
	t.Setenv("SAMTJANST_TEST_SECRET", "hemligt")
	c, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if c.Navet.TokenSecret != "hemligt" || c.Staff["exempel"].ClientSecret != "hemligt" || c.Handover[1].Webhook.Secret != "hemligt" {
		t.Error("a secret is not taken from the environment")
	}
	if c.Listen != ":8080" || c.Uploads.Count != 10 || c.Posted.Values != 4000 {
		t.Errorf("defaults: %q %d", c.Listen, c.Uploads.Count)
	}
	if !filepath.IsAbs(c.Municipalities) || filepath.Base(c.Municipalities) != "kommuner" || c.Handover[0].Folder != "/srv/ut" {
		t.Errorf("files: %s %s", c.Municipalities, c.Handover[0].Folder)
	}
	for _, name := range []string{c.BankID.Certificate, c.BankID.Key, c.BankID.ServerRoots, c.BankID.Roots, c.Navet.CertFile, c.Navet.KeyFile, c.Timestamp.Roots,
		c.Staff["exempel"].RootsFile, c.Handover[1].Webhook.RootsFile} {
		if filepath.Dir(name) != filepath.Dir(c.Municipalities) {
			t.Errorf("%s does not stand beside the configuration", name)
		}
	}
	if c.Dispatch.AccessPoint.RootsFile != "/etc/ap.pem" || c.Dispatch.Senders["data"] != "0203:data.example" {
		t.Errorf("what is absolute, and what names no file: %+v", c.Dispatch)
	}
}

// A mistake is one line that names the file and the key.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown key":       {"municipalities:", "municipaliteis:", "municipaliteis"},
		"not YAML":          {"baseURL: https", "baseURL: [https", "line"},
		"http":              {"https://e.exempel.se", "http://e.exempel.se", "baseURL"},
		"path":              {"https://e.exempel.se", "https://e.exempel.se/e", "baseURL"},
		"no municipalities": {"municipalities: kommuner", "", "municipalities"},
		"empty variable":    {"env:SAMTJANST_TEST_SECRET", "env:SAMTJANST_NO_SUCH", "navet.tokenSecret"},
		"posted":            {"municipalities:", "posted: {values: 20000}\nmunicipalities:", "posted"},
		"staff logins":      {"municipalities:", "staffLogins: {exempel: [{id: kort, title: {sv: Kort}}]}\nmunicipalities:", "staffLogins: exempel"},
		"posted nothing":    {"municipalities:", "posted: {kB: 0}\nmunicipalities:", "posted"},
		"bankid":            {"certificate: rp.pem", "certificate: \"\"", "bankid"},
		"navet":             {"certFile: o.pem, ", "", "navet"},
		"bolagsverket":      {"clientID: c", "clientID: ''", "bolagsverket"},
		"lantmateriet":      {"clientID: lm", "clientID: ''", "lantmateriet"},
		"timestamp":         {"roots: tsa.pem", "roots: ''", "timestamp"},
		"dispatch":          {"https://ap.", "http://ap.", "dispatch"},
		"usage":             {"municipalities:", "usage: {prices: [{login: -1}]}\nmunicipalities:", "usage"},
		"a login's secret":  {"clientSecret: env:SAMTJANST_TEST_SECRET", "clientSecret: env:SAMTJANST_NO_SUCH", "staff[exempel].clientSecret"},
		"mail":              {"port: 587", "port: 99999", "mail"},
		"sms":               {"token: t", "token: \"\"", "sms"},
		"store":             {"municipalities:", "store: postgres://x\nmunicipalities:", "store"},
		"uploads":           {"municipalities:", "uploads: {fileMB: 50, totalMB: 10, count: 1}\nmunicipalities:", "uploads"},
		"both targets":      {"folder: /srv/ut", "folder: /srv/ut, webhook: {url: https://x, secret: s}", "handover 1"},
		"inbox alone":       {", authority: barn-och-utbildning", "", "handover 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SAMTJANST_TEST_SECRET", "hemligt")
			if !strings.Contains(good, c.from) {
				t.Fatalf("the good configuration has no %q", c.from)
			}
			_, err := load(t, strings.Replace(good, c.from, c.to, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "samtjanst.yaml") || strings.Contains(err.Error(), "\n") {
				t.Errorf("got: %v", err)
			}
		})
	}
}

// What the simulators say that a platform is pointed at them with is a configuration, key by key.
func TestTheSimulatorsSpeakOurKeys(t *testing.T) {
	raw, err := sim.Endpoints{Staff: map[string]oidc.Config{"exempel": {}}, Seals: map[string]seal.Config{"exempel": {}}, Webhooks: map[string]webhook.Config{"transport": {}}}.YAML()
	if err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	var c Config
	if err := dec.Decode(&c); err != nil || c.Timestamp == nil || len(c.Handover) != 1 || len(c.Seals) != 1 {
		t.Errorf("%v in\n%s", err, raw)
	}
}
