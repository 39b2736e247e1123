package connector

import "kantoorpost/shared/words"

// Advice returns what a person can do about a code of this package (a State,
// the problem of a permission or mailbox, a warning); false when there is
// nothing to do.
func Advice(code string) (words.Text, bool) {
	t, ok := advice[code]
	return t, ok
}

// advice is what to do, by code. Menu names are those of the Azure portal.
var advice = map[string]words.Text{
	// states of a connector
	string(StateSecretExpired): {
		NL: "Het clientgeheim is verlopen. Maak in Azure bij Certificaten en geheimen een nieuw clientgeheim (730 dagen) en vul de waarde " +
			"hier in.",
		EN: "The client secret has expired. In Azure, under Certificates & secrets, make a new client secret (730 days) and enter its " +
			"value here.",
	},
	string(StateSecretWrong): {
		NL: "Entra kent dit clientgeheim niet. Kopieer de kolom Waarde en niet de Geheime id; is de waarde niet meer te zien, maak dan een " +
			"nieuw clientgeheim.",
		EN: "Entra does not know this client secret. Copy the column Value, not the Secret ID; when the value is no longer shown, make a new " +
			"client secret.",
	},
	string(StateSecretMissing): {
		NL: "Het clientgeheim staat niet meer in de sleutelkluis of is daar uitgeschakeld. Vul het clientgeheim opnieuw in.",
		EN: "The client secret is gone from the key vault or disabled there. Enter the client secret again.",
	},
	string(StateVault): {
		NL: "De sleutelkluis is niet bereikbaar. Controleer of de app de rol voor geheimen in de sleutelkluis heeft en of de firewall van de " +
			"kluis de app toelaat.",
		EN: "The key vault cannot be reached. Check that the app has its role for secrets in the vault and that the vault's firewall lets " +
			"the app in.",
	},
	string(StateNotInTenant): {
		NL: "Deze tenant heeft geen app-registratie met dit client-id. Controleer het client-id en of het tokeneindpunt van dezelfde tenant is.",
		EN: "This tenant has no app registration with this client id. Check the client id, and that the token endpoint is of the same tenant.",
	},
	string(StateTenantUnknown): {
		NL: "Entra kent deze tenant niet. Kopieer het tokeneindpunt (v2) opnieuw: App-registraties, Overzicht, Eindpunten.",
		EN: "Entra does not know this tenant. Copy the token endpoint (v2) again: App registrations, Overview, Endpoints.",
	},
	string(StateOtherTenant): {
		NL: "Entra gaf een token voor een andere tenant dan gevraagd. Kopieer het tokeneindpunt opnieuw uit de tenant van het kantoor.",
		EN: "Entra gave a token for another tenant than was asked. Copy the token endpoint again from the office's own tenant.",
	},
	string(StateRefused): {
		NL: "Entra weigert deze app. Zoek de AADSTS-code op via https://login.microsoftonline.com/error en controleer of de app niet is " +
			"uitgeschakeld.",
		EN: "Entra refuses this app. Look up the AADSTS code at https://login.microsoftonline.com/error and check that the app is not disabled.",
	},
	string(StateTokenRefused): {
		NL: "Microsoft Graph weigert het token van deze app. Controleer in Entra of de app is ingeschakeld en probeer de verbinding opnieuw.",
		EN: "Microsoft Graph refuses this app's token. Check in Entra that the app is enabled and test the connection again.",
	},
	string(StateIdentity): {
		NL: "Deze app heeft geen eigen identiteit: dat kan alleen in Azure. Kies een clientgeheim of een certificaat.",
		EN: "This app has no identity of its own: that is possible in Azure only. Choose a client secret or a certificate.",
	},
	string(StateTrustMissing): {
		NL: "De app-registratie vertrouwt deze app nog niet. Voeg in Entra bij Certificaten en geheimen › Federatieve referenties een " +
			"referentie toe (Andere uitgever) met de uitgever, de onderwerp-id en de doelgroep die hier staan.",
		EN: "The app registration does not trust this app yet. In Entra, under Certificates & secrets › Federated credentials, add a " +
			"credential (Other issuer) with the issuer, the subject and the audience that are shown here.",
	},
	string(StateTrustIssuer): {
		NL: "De federatieve referentie in Entra noemt een andere uitgever. Neem de uitgever over die hier staat, precies zo.",
		EN: "The federated credential in Entra names another issuer. Copy the issuer that is shown here, exactly.",
	},
	string(StateTrustSubject): {
		NL: "De federatieve referentie in Entra noemt een ander onderwerp. Neem de onderwerp-id over die hier staat: de object-id van de " +
			"identiteit van deze app, niet haar client-id.",
		EN: "The federated credential in Entra names another subject. Copy the subject that is shown here: the object id of this app's " +
			"identity, not its client id.",
	},
	string(StateTrustAudience): {
		NL: "De federatieve referentie in Entra noemt een andere doelgroep. Neem de doelgroep over die hier staat.",
		EN: "The federated credential in Entra names another audience. Copy the audience that is shown here.",
	},
	string(StateTrustTenant): {
		NL: "De identiteit van deze app is van een andere Entra-tenant dan de app-registratie. Dat vertrouwt Entra niet: gebruik een " +
			"app-registratie van dezelfde tenant, of een certificaat.",
		EN: "The identity of this app is of another Entra tenant than the app registration. Entra does not trust that: use an app " +
			"registration of the same tenant, or a certificate.",
	},
	string(StateCertificateMissing): {
		NL: "De sleutelkluis heeft geen certificaat met deze naam en zijn privésleutel, of het is uitgeschakeld. Maak of importeer het in de " +
			"sleutelkluis van deze app.",
		EN: "The key vault has no certificate of this name with its private key, or it is disabled. Make or import it in the key vault of " +
			"this app.",
	},
	string(StateCertificateUnknown): {
		NL: "De app-registratie kent dit certificaat niet, of het is verlopen. Download het in de sleutelkluis (CER) en upload het in Entra " +
			"bij Certificaten en geheimen › Certificaten.",
		EN: "The app registration does not know this certificate, or it has expired. Download it in the key vault (CER) and upload it in " +
			"Entra under Certificates & secrets › Certificates.",
	},
	string(StateCertificateFormer): {
		NL: "De sleutelkluis heeft het certificaat vernieuwd, en de app-registratie kent het nieuwe nog niet. Het oude wordt gebruikt tot " +
			"het verloopt. Download het nieuwe in de sleutelkluis (CER) en upload het in Entra bij Certificaten en geheimen › Certificaten.",
		EN: "The key vault has renewed the certificate, and the app registration does not know the new one yet. The old one is used until " +
			"it ends. Download the new one in the key vault (CER) and upload it in Entra under Certificates & secrets › Certificates.",
	},
	MailboxThrottled: {
		NL: "Microsoft 365 vraagt om later terug te komen. Er is niets te doen: er gaat niets verloren.",
		EN: "Microsoft 365 asks to come back later. Nothing needs to be done, and nothing is lost.",
	},
	string(StateUnreachable): {
		NL: "Microsoft 365 was nu niet bereikbaar of te druk. Probeer het over enkele minuten opnieuw.",
		EN: "Microsoft 365 could not be reached just now or was too busy. Try again in a few minutes.",
	},

	// permissions
	"missing:" + MailReadWrite: {
		NL: "Voeg bij API-machtigingen de toepassingsmachtiging Mail.ReadWrite van Microsoft Graph toe en kies “Beheerderstoestemming verlenen”.",
		EN: "Under API permissions add the application permission Mail.ReadWrite of Microsoft Graph and choose “Grant admin consent”.",
	},
	"missing:" + SettingsReadWrite: {
		NL: "Voeg bij API-machtigingen de toepassingsmachtiging MailboxSettings.ReadWrite van Microsoft Graph toe en kies " +
			"“Beheerderstoestemming verlenen”.",
		EN: "Under API permissions add the application permission MailboxSettings.ReadWrite of Microsoft Graph and choose “Grant admin consent”.",
	},
	"missing:" + UserReadAll: {
		NL: "Voeg bij API-machtigingen de toepassingsmachtiging User.Read.All van Microsoft Graph toe en kies “Beheerderstoestemming " +
			"verlenen”; zonder deze is er geen lijst van postvakken.",
		EN: "Under API permissions add the application permission User.Read.All of Microsoft Graph and choose “Grant admin consent”; " +
			"without it there is no list of mailboxes.",
	},
	"missing:" + MailSend: {
		NL: "Voeg bij API-machtigingen de toepassingsmachtiging Mail.Send van Microsoft Graph toe en kies “Beheerderstoestemming verlenen”.",
		EN: "Under API permissions add the application permission Mail.Send of Microsoft Graph and choose “Grant admin consent”.",
	},
	"unknown:" + MailReadWrite: {
		NL: "Dit blijkt pas bij een postvak: activeer een adres en test opnieuw. Met RBAC for Applications staat deze machtiging niet in " +
			"het token.",
		EN: "Only a mailbox can show this: activate an address and test again. With RBAC for Applications the token does not name this " +
			"permission.",
	},
	"unknown:" + SettingsReadWrite: {
		NL: "Dit blijkt pas bij een postvak: activeer een adres en test opnieuw. Met RBAC for Applications staat deze machtiging niet in " +
			"het token.",
		EN: "Only a mailbox can show this: activate an address and test again. With RBAC for Applications the token does not name this " +
			"permission.",
	},
	"unknown:" + UserReadAll: {
		NL: "Het gebruikersoverzicht was nu niet op te vragen. Probeer het over enkele minuten opnieuw.",
		EN: "The list of users could not be asked for just now. Try again in a few minutes.",
	},
	"unknown:" + MailSend: {
		NL: "Verzenden blijkt pas bij het verzenden. Met RBAC for Applications staat deze machtiging niet in het token; geef de app daar de " +
			"rol Application Mail.Send.",
		EN: "Only sending shows this. With RBAC for Applications the token does not name this permission; give the app the role Application " +
			"Mail.Send there.",
	},
	"unknown:token": {
		NL: "Dit is pas te zien als Entra een token geeft. Los eerst het probleem van de verbinding op.",
		EN: "This shows only when Entra gives a token. Solve the problem of the connection first.",
	},

	// mailboxes
	MailboxForbidden: {
		NL: "De app mag dit postvak niet lezen. Controleer de machtigingen met “Verbinding testen”, en of het postvak valt binnen de " +
			"Application Access Policy of het bereik in RBAC for Applications; een wijziging daarvan werkt pas na 30 minuten tot 2 uur.",
		EN: "The app may not read this mailbox. Check the permissions with “Test the connection”, and that the mailbox is within the " +
			"application access policy or the scope in RBAC for Applications; a change of those takes 30 minutes to 2 hours to work.",
	},
	MailboxUnlicensed: {
		NL: "Dit adres heeft geen postvak in Exchange Online: geen licentie, verwijderd, of op een eigen server. Geef de gebruiker een " +
			"licentie of pauzeer het adres.",
		EN: "This address has no mailbox in Exchange Online: no licence, deleted, or on a server of your own. Give the user a licence or " +
			"pause the address.",
	},
	MailboxMissing: {
		NL: "Dit postvak bestaat niet meer in Microsoft 365. Pauzeer het adres, of activeer het opnieuw als er een nieuw postvak is met " +
			"hetzelfde adres.",
		EN: "This mailbox is no longer in Microsoft 365. Pause the address, or activate it again when a new mailbox has the same address.",
	},
	MailboxNoSettings: {
		NL: "De inbox is te lezen, maar de postvakinstellingen niet. Controleer de machtiging MailboxSettings.ReadWrite.",
		EN: "The inbox can be read, but the mailbox settings cannot. Check the permission MailboxSettings.ReadWrite.",
	},

	// limits
	LimitsNone: {
		NL: "De app kan ook andere postvakken lezen. Voer het script uit en trek daarna in Entra de beheerderstoestemming voor " +
			"Mail.ReadWrite, MailboxSettings.ReadWrite en Mail.Send in; User.Read.All blijft. Een wijziging werkt pas na 30 minuten tot 2 uur.",
		EN: "The app can read other mailboxes too. Run the script, then revoke in Entra the admin consent for Mail.ReadWrite, " +
			"MailboxSettings.ReadWrite and Mail.Send; User.Read.All stays. A change takes 30 minutes to 2 hours to work.",
	},
	LimitsUnknown: {
		NL: "Er was geen ander postvak dat dit kan uitwijzen. Noem zelf een postvak dat niet geactiveerd is.",
		EN: "There was no other mailbox that could tell. Name a mailbox that is not activated.",
	},

	// warnings at an address
	"link-removed": {
		NL: "De rol of het procesteam van dit adres bestaat niet meer. Kies een andere koppeling.",
		EN: "The role or process team of this address no longer exists. Choose another link.",
	},
	"no-member-for-address": {
		NL: "Geen actief teamlid heeft dit e-mailadres: mail aan dit adres vindt niemand. Geef een teamlid dit adres, of koppel het aan een " +
			"rol of procesteam.",
		EN: "No active team member has this e-mail address: mail to it finds nobody. Give a team member this address, or link it to a role " +
			"or a process team.",
	},
	"no-member-with-role": {
		NL: "Geen actief teamlid heeft deze rol bij een relatie. Koppel bij de relaties een teamlid met deze rol.",
		EN: "No active team member has this role at any client. Link a team member with this role at the clients.",
	},
	"empty-team": {
		NL: "Dit procesteam heeft geen actieve leden. Voeg leden toe aan het team.",
		EN: "This process team has no active members. Add members to the team.",
	},
}
