"""What an inventory tells of a machine, section by section.

A section's rows are replaced together, and only when the section changed: ``Machine.sections``
holds the digest of each as it was last written. Rows that a person added (``is_manual``) stay.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.park.models.assets import Asset


class OperatingSystem(models.Model):
    """A system as normalised, with the end of its support where it is known."""

    name = models.CharField(_("name"), max_length=120)
    version = models.CharField(_("version"), max_length=80, blank=True)
    family = models.CharField(_("family"), max_length=20, blank=True)
    support_ends_on = models.DateField(_("support ends"), null=True, blank=True)

    class Meta:
        verbose_name = _("operating system")
        verbose_name_plural = _("operating systems")
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="system_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class Machine(models.Model):
    """What is told once of an inventoried asset. Memory in MiB, speeds as each field says."""

    asset = models.OneToOneField(Asset, models.CASCADE, primary_key=True, related_name="machine")
    system = models.ForeignKey(
        OperatingSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="machines",
        verbose_name=_("operating system"),
    )
    os_full_name = models.CharField(_("system as told"), max_length=200, blank=True)
    os_version = models.CharField(_("system's version"), max_length=120, blank=True)
    kernel_version = models.CharField(_("kernel"), max_length=160, blank=True)
    architecture = models.CharField(_("architecture"), max_length=40, blank=True)
    installed_on = models.DateField(_("system installed on"), null=True, blank=True)
    domain = models.CharField(_("domain"), max_length=120, blank=True)
    chassis = models.CharField(_("chassis"), max_length=60, blank=True)
    virtual = models.CharField(_("virtual machine of"), max_length=60, blank=True)
    motherboard_serial = models.CharField(_("motherboard's serial"), max_length=128, blank=True)
    firmware = models.CharField(_("firmware"), max_length=160, blank=True)
    memory_mib = models.PositiveIntegerField(_("memory (MiB)"), null=True, blank=True)
    last_user = models.CharField(_("last user"), max_length=160, blank=True)
    users = models.JSONField(_("users"), default=list, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    location = models.CharField(_("location as told"), max_length=250, blank=True)
    page_count = models.PositiveBigIntegerField(_("pages printed"), null=True, blank=True)
    # What the last inventory counted, under the names of ``compagnon park import``.
    counts = models.JSONField(default=dict, blank=True)
    sections = models.JSONField(default=dict, blank=True)
    last_report_id = models.BigIntegerField(null=True, blank=True, editable=False)
    inventoried_at = models.DateTimeField(_("inventoried"), null=True, blank=True)

    class Meta:
        verbose_name = _("machine")
        verbose_name_plural = _("machines")

    def __str__(self) -> str:
        return str(self.asset_id)


class MachineDocument(models.Model):
    """The last whole report of a machine, partial ones laid over it: zlib of the JSON that
    ``inventory.documents`` writes. What the next report is compared with."""

    asset = models.OneToOneField(Asset, models.CASCADE, primary_key=True, related_name="document")
    digest = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("inventory document")
        verbose_name_plural = _("inventory documents")

    def __str__(self) -> str:
        return self.digest[:12]


class SectionRow(models.Model):
    """A row of one section of one machine."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="%(class)s_rows")
    is_manual = models.BooleanField(_("added by hand"), default=False, editable=False)

    class Meta:
        abstract = True
        ordering = ["id"]


class Processor(SectionRow):
    """A processor socket."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=80, blank=True)
    cores = models.PositiveSmallIntegerField(_("cores"), null=True, blank=True)
    threads = models.PositiveSmallIntegerField(_("threads"), null=True, blank=True)
    speed_mhz = models.PositiveIntegerField(_("speed (MHz)"), null=True, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("processor")
        verbose_name_plural = _("processors")

    def __str__(self) -> str:
        return self.name


class MemoryModule(SectionRow):
    """A slot of memory, empty where it has no size."""

    slot = models.CharField(_("slot"), max_length=80, blank=True)
    size_mib = models.PositiveIntegerField(_("size (MiB)"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    speed = models.CharField(_("speed"), max_length=40, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=80, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("memory module")
        verbose_name_plural = _("memory modules")

    def __str__(self) -> str:
        return self.slot


class Storage(SectionRow):
    """A disk, or a drive of another kind."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=80, blank=True)
    model = models.CharField(_("model"), max_length=160, blank=True)
    serial = models.CharField(_("serial number"), max_length=128, blank=True)
    firmware = models.CharField(_("firmware"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=80, blank=True)
    interface = models.CharField(_("interface"), max_length=40, blank=True)
    size_mb = models.PositiveBigIntegerField(_("size (MB)"), null=True, blank=True)
    is_disk = models.BooleanField(_("is a disk"), default=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("storage")
        verbose_name_plural = _("storages")

    def __str__(self) -> str:
        return self.name


class Volume(SectionRow):
    """A file system or a drive letter, and whether it is encrypted."""

    mount = models.CharField(_("mounted on"), max_length=250, blank=True)
    device = models.CharField(_("device"), max_length=250, blank=True)
    label = models.CharField(_("label"), max_length=120, blank=True)
    file_system = models.CharField(_("file system"), max_length=60, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    size_mb = models.PositiveBigIntegerField(_("size (MB)"), null=True, blank=True)
    free_mb = models.PositiveBigIntegerField(_("free (MB)"), null=True, blank=True)
    is_encrypted = models.BooleanField(_("encrypted"), null=True, blank=True)
    encryption = models.CharField(_("encryption"), max_length=120, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("volume")
        verbose_name_plural = _("volumes")

    def __str__(self) -> str:
        return self.mount or self.device


class NetworkPort(SectionRow):
    """An interface, with its addresses and what it is connected to."""

    number = models.CharField(_("number"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=250, blank=True)
    mac = models.CharField(_("MAC address"), max_length=32, blank=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=20, blank=True)
    speed = models.CharField(_("speed"), max_length=40, blank=True)
    is_virtual = models.BooleanField(_("virtual"), default=False)
    driver = models.CharField(_("driver"), max_length=80, blank=True)
    vlans = models.JSONField(_("VLANs"), default=list, blank=True)
    neighbours = models.JSONField(_("neighbours"), default=list, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("network port")
        verbose_name_plural = _("network ports")

    def __str__(self) -> str:
        return self.name


class NetworkAddress(SectionRow):
    """An IP address of a machine, on one of its ports where that is known."""

    port = models.ForeignKey(
        NetworkPort, models.CASCADE, null=True, blank=True, related_name="addresses"
    )
    address = models.CharField(_("address"), max_length=64, db_index=True)
    mask = models.CharField(_("mask"), max_length=64, blank=True)
    gateway = models.CharField(_("gateway"), max_length=64, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("network address")
        verbose_name_plural = _("network addresses")

    def __str__(self) -> str:
        return self.address


class Monitor(SectionRow):
    """A screen, as its EDID says."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=120, blank=True)
    serial = models.CharField(_("serial number"), max_length=128, blank=True)
    description = models.CharField(_("made"), max_length=120, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("screen")
        verbose_name_plural = _("screens")

    def __str__(self) -> str:
        return self.name


class AttachedPrinter(SectionRow):
    """A printer that a computer knows."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    driver = models.CharField(_("driver"), max_length=200, blank=True)
    port = models.CharField(_("port"), max_length=250, blank=True)
    serial = models.CharField(_("serial number"), max_length=128, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("printer of a computer")
        verbose_name_plural = _("printers of a computer")

    def __str__(self) -> str:
        return self.name


class Supply(SectionRow):
    """A cartridge, a drum… with what is left of it, as the printer says it."""

    name = models.CharField(_("name"), max_length=160)
    level = models.CharField(_("left"), max_length=80, blank=True)
    percent = models.PositiveSmallIntegerField(_("left (%)"), null=True, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("supply")
        verbose_name_plural = _("supplies")

    def __str__(self) -> str:
        return self.name


class Counter(SectionRow):
    """What a printer counted."""

    name = models.CharField(_("name"), max_length=80)
    value = models.PositiveBigIntegerField(_("value"))

    class Meta(SectionRow.Meta):
        verbose_name = _("counter")
        verbose_name_plural = _("counters")

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class VirtualMachine(SectionRow):
    """A guest that a host runs, and its own asset where it is known."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    uuid = models.CharField("UUID", max_length=64, blank=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=40, blank=True)
    memory_mib = models.PositiveIntegerField(_("memory (MiB)"), null=True, blank=True)
    processors = models.PositiveSmallIntegerField(_("processors"), null=True, blank=True)
    guest = models.ForeignKey(
        Asset,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="hosted_as",
        verbose_name=_("machine"),
    )

    class Meta(SectionRow.Meta):
        verbose_name = _("virtual machine")
        verbose_name_plural = _("virtual machines")

    def __str__(self) -> str:
        return self.name


class DatabaseServer(SectionRow):
    """A database service that runs on a machine."""

    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    server_version = models.CharField(_("version"), max_length=80, blank=True)
    port = models.CharField(_("port"), max_length=20, blank=True)
    is_active = models.BooleanField(_("running"), null=True, blank=True)
    databases = models.JSONField(_("databases"), default=list, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("database service")
        verbose_name_plural = _("database services")

    def __str__(self) -> str:
        return self.name


class Antivirus(SectionRow):
    """A protection against malware, and whether it protects."""

    name = models.CharField(_("name"), max_length=160)
    publisher = models.CharField(_("publisher"), max_length=120, blank=True)
    product_version = models.CharField(_("version"), max_length=80, blank=True)
    is_enabled = models.BooleanField(_("enabled"), null=True, blank=True)
    is_up_to_date = models.BooleanField(_("up to date"), null=True, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("antivirus")
        verbose_name_plural = _("antivirus")

    def __str__(self) -> str:
        return self.name


class Component(SectionRow):
    """Any other part: battery, card, camera, module of a switch…"""

    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=250, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=120, blank=True)
    model = models.CharField(_("model"), max_length=160, blank=True)
    serial = models.CharField(_("serial number"), max_length=128, blank=True)

    class Meta(SectionRow.Meta):
        verbose_name = _("component")
        verbose_name_plural = _("components")

    def __str__(self) -> str:
        return self.name
