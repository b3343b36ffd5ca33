package admin

// Phone is a Swedish mobile number as people read it, "070-174 06 05"; another as it is kept.
func Phone(e164 string) string {
	if len(e164) == 12 && e164[:3] == "+46" {
		n := e164[3:]
		return "0" + n[:2] + "-" + n[2:5] + " " + n[5:7] + " " + n[7:]
	}
	return e164
}
