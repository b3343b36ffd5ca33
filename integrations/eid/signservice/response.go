package signservice

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"

	"samtjanst/platform/signing/evidence"
)

// response is a dss:SignResponse whose signature holds, read; what only a successful one has is empty in others.
type response struct {
	profile, request, version string
	major, minor              string
	at                        time.Time

	identityProvider, class, assertion string
	instant                            time.Time
	number                             string

	certificates                    [][]byte // DER
	task, sigType, ades             string
	signatureID, algorithm          string
	toBeSigned, object, value       []byte
	authenticated, certified, tasks bool // the parts are there
}

// reader reads the tree and keeps the first fault, so that the reading can be written down in the order of the profile.
type reader struct{ err error }

func (r *reader) fail(detail string) {
	if r.err == nil {
		r.err = reject(evidence.Structure, detail)
	}
}

// one gives the one child element of a name, or nil when there is none. A second one is a fault.
func (r *reader) one(e *etree.Element, ns, tag string) *etree.Element {
	if e == nil {
		return nil
	}
	var found *etree.Element
	for _, c := range e.ChildElements() {
		if c.Tag == tag && c.NamespaceURI() == ns {
			if found != nil {
				r.fail("two of " + tag)
			}
			found = c
		}
	}
	return found
}

// text gives an element's text; "" when the element is not there.
func (r *reader) text(e *etree.Element) string {
	if e == nil {
		return ""
	}
	if len(e.ChildElements()) != 0 {
		r.fail("an element in " + e.Tag)
	}
	return strings.TrimSpace(e.Text())
}

// bytes gives what an element holds in base64, in which some break the lines.
func (r *reader) bytes(e *etree.Element) []byte {
	clean := strings.NewReplacer("\n", "", "\r", "", " ", "", "\t", "").Replace(r.text(e))
	b, err := base64.StdEncoding.Strict().DecodeString(clean)
	if err != nil {
		r.fail(e.Tag + " is not base64")
	}
	return b
}

func (r *reader) time(e *etree.Element) time.Time {
	t, err := time.Parse(time.RFC3339Nano, r.text(e))
	if err != nil {
		r.fail("a time without its zone, or none")
	}
	return t.UTC()
}

// parseResponse reads the canonical bytes that were signed (DSS Extension 3.2 and 4.1).
func parseResponse(content []byte) (*response, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(content); err != nil || tree.Root() == nil {
		return nil, reject(evidence.Structure, "not well-formed XML")
	}
	root, in := tree.Root(), &reader{}
	out := &response{profile: root.SelectAttrValue("Profile", ""), request: root.SelectAttrValue("RequestID", "")}
	result := in.one(root, nsDSS, "Result")
	out.major, out.minor = in.text(in.one(result, nsDSS, "ResultMajor")), in.text(in.one(result, nsDSS, "ResultMinor"))
	ext := in.one(in.one(root, nsDSS, "OptionalOutputs"), nsCSig, "SignResponseExtension")
	if ext == nil || out.major == "" {
		return nil, reject(evidence.Structure, "no result, or no extension")
	}
	out.version = ext.SelectAttrValue("Version", "1.1")
	out.at = in.time(in.one(ext, nsCSig, "ResponseTime"))
	if out.major != resultSuccess {
		return out, in.err
	}
	out.readSigner(in, in.one(ext, nsCSig, "SignerAssertionInfo"))
	if chain := in.one(ext, nsCSig, "SignatureCertificateChain"); chain != nil {
		out.certified = true
		for _, c := range chain.ChildElements() {
			out.certificates = append(out.certificates, in.bytes(c))
		}
	}
	out.readTask(in, in.one(in.one(in.one(root, nsDSS, "SignatureObject"), nsDSS, "Other"), nsCSig, "SignTasks"))
	return out, in.err
}

// readSigner reads who was identified, by whom and how (DSS Extension 3.2.1).
func (r *response) readSigner(in *reader, info *etree.Element) {
	context := in.one(info, nsCSig, "ContextInfo")
	attributes := in.one(info, nsSAML, "AttributeStatement")
	if context == nil || attributes == nil {
		return
	}
	r.authenticated = true
	r.identityProvider = in.text(in.one(context, nsCSig, "IdentityProvider"))
	r.instant = in.time(in.one(context, nsCSig, "AuthenticationInstant"))
	r.class = in.text(in.one(context, nsSAML, "AuthnContextClassRef"))
	r.assertion = in.text(in.one(context, nsCSig, "AssertionRef"))
	for _, a := range attributes.ChildElements() {
		if a.Tag != "Attribute" || a.NamespaceURI() != nsSAML || a.SelectAttrValue("Name", "") != evidence.AttrNumber {
			continue
		}
		if r.number != "" {
			in.fail("two personal numbers")
		}
		r.number = in.text(in.one(a, nsSAML, "AttributeValue"))
	}
}

// readTask reads the one task that was asked for.
func (r *response) readTask(in *reader, tasks *etree.Element) {
	task := in.one(tasks, nsCSig, "SignTaskData")
	if task == nil {
		return
	}
	r.tasks = true
	r.task, r.sigType, r.ades = task.SelectAttrValue("SignTaskId", ""), task.SelectAttrValue("SigType", ""), task.SelectAttrValue("AdESType", "None")
	object, value := in.one(task, nsCSig, "AdESObject"), in.one(task, nsCSig, "Base64Signature")
	inner, bytes := in.one(object, nsCSig, "AdESObjectBytes"), in.one(task, nsCSig, "ToBeSignedBytes")
	if inner == nil || bytes == nil || value == nil {
		in.fail("a task without its signature")
		return
	}
	r.toBeSigned, r.object, r.value = in.bytes(bytes), in.bytes(inner), in.bytes(value)
	r.signatureID, r.algorithm = in.text(in.one(object, nsCSig, "SignatureId")), value.SelectAttrValue("Type", "")
}

// complete demands the parts of a successful answer, for the task that was asked for.
func (r *response) complete(signatureID, algorithm string) error {
	switch {
	case r.version != version:
		return reject(evidence.Structure, "made by another version than asked for")
	case !r.authenticated || !r.certified || !r.tasks || r.assertion == "" || r.number == "":
		return reject(evidence.Structure, "a success without all its parts")
	case r.task != taskID || r.sigType != "XML" || r.ades != "BES" || r.signatureID != "" && r.signatureID != signatureID:
		return reject(evidence.Structure, "the signature of another task")
	case r.algorithm != "" && r.algorithm != algorithm:
		return reject(evidence.Algorithm, "signed by another algorithm than asked for")
	}
	return nil
}
