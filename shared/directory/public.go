package directory

import "strings"

// publicDomains are the domains at which anybody can have an address, so they
// say nothing about the sender: mail services, access providers in and around
// the Netherlands as they publish them, and former providers whose addresses
// still exist.
// https://support.google.com/mail/answer/10313
// https://support.apple.com/102577
var publicDomains = setOf(`
	gmail.com googlemail.com
	icloud.com me.com mac.com privaterelay.appleid.com
	ymail.com rocketmail.com aol.com aol.nl
	ziggo.nl ziggomail.com kpnmail.nl kpnplanet.nl planet.nl xs4all.nl upcmail.nl casema.nl chello.nl quicknet.nl home.nl
	tele2.nl telfort.nl telfortglasvezel.nl hetnet.nl zonnet.nl online.nl solcon.nl caiway.nl caiway.net kabelfoon.nl kabelfoon.net
	delta.nl deltanl.nl zeelandnet.nl zeelandnet.com deltamail.nl wanadoo.nl wxs.nl kpn.nl kpnmail.com multiweb.nl versatel.nl
	orange.nl alice.nl freeler.nl tiscali.nl compuserve.nl demon.nl euronet.nl dds.nl freedom.nl freedomnet.nl budget.nl onsbrabantnet.nl
	onsnetnuenen.nl glasnet.nl kliksafe.nl filternet.nl lijbrandt.nl trined.nl scarlet.nl concepts.nl xmsnet.nl cybercomm.nl unet.nl
	t-mobilethuis.nl odido.nl youfone.nl vodafonethuis.nl vodafone.nl mailbox.org startmail.com soverin.net mail.com email.com
	proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.io tuta.com keemail.me
	gmx.de gmx.net gmx.com gmx.at gmx.ch gmx.eu gmx.fr gmx.nl web.de t-online.de freenet.de arcor.de magenta.de posteo.de 1und1.de online.de
	telenet.be skynet.be proximus.be belgacom.net belgacom.be scarlet.be voo.be pandora.be base.be tvcablenet.be brutele.be
	orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr libero.it virgilio.it tiscali.it alice.it tin.it
	btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net comcast.net verizon.net att.net
	wp.pl o2.pl onet.pl interia.pl op.pl seznam.cz mail.ru yandex.ru yandex.com qq.com 163.com zoho.com zohomail.eu fastmail.com
	fastmail.fm hushmail.com
	duck.com msn.com passport.com windowslive.com
`)

// publicFamilies are services with a domain in many countries, such as
// hotmail.nl and yahoo.co.uk.
var publicFamilies = setOf("hotmail outlook live msn yahoo")

// playedProviders are providers as tests and demonstrations call them, at a top-level
// domain that nobody can register.
// https://www.rfc-editor.org/rfc/rfc2606#section-2
var (
	playedProviders = setOf("gmail googlemail hotmail outlook live yahoo icloud ziggo kpnmail kpn planet xs4all protonmail")
	reservedDomains = setOf("example test invalid")
)

// PublicDomain says whether anybody can have an address at domain: at the
// domain of a mail provider, and at a name that nobody can register, such as a
// host of one word.
func PublicDomain(domain string) bool {
	domain = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(domain)), ".")
	if publicDomains[domain] || !strings.Contains(domain, ".") || strings.HasPrefix(domain, "[") {
		return true
	}
	family, country, _ := strings.Cut(domain, ".")
	if playedProviders[family] && reservedDomains[country] {
		return true
	}
	if !publicFamilies[family] {
		return false
	}
	country = strings.TrimPrefix(strings.TrimPrefix(country, "com."), "co.")
	return country == "com" || len(country) == 2
}
