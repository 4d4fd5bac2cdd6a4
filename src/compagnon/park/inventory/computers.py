"""A computer's or a phone's sections to facts: the machine itself and its hardware."""

from __future__ import annotations

from compagnon.park.inventory.facts import (
    Battery,
    Controller,
    GraphicsCard,
    Interface,
    Machine,
    MemoryModule,
    Monitor,
    OperatingSystem,
    Printer,
    Processor,
    SimCard,
    Storage,
    UsbDevice,
    Volume,
)
from compagnon.park.inventory.fields import Fields
from compagnon.park.normalising.edid import decode_edid
from compagnon.park.normalising.storages import is_disk

_ENERGY = {"mwh": 1, "wh": 1_000}
_VOLTAGE = {"mv": 1, "v": 1_000}
_FREQUENCY = {"mhz": 1, "ghz": 1_000}


def machine(hardware: Fields, bios: Fields) -> Machine:
    return Machine(
        name=hardware.text("name"),
        serial=bios.text("ssn"),
        motherboard_serial=bios.text("msn"),
        uuid=hardware.text("uuid"),
        manufacturer=bios.text("smanufacturer"),
        model=bios.text("smodel"),
        motherboard_manufacturer=bios.text("mmanufacturer"),
        motherboard_model=bios.text("mmodel"),
        sku=bios.text("skunumber"),
        asset_tag=bios.text("assettag"),
        bios_manufacturer=bios.text("bmanufacturer"),
        bios_version=bios.text("bversion"),
        bios_date=bios.date("bdate", month_first=True),
        chassis=hardware.text("chassis_type") or bios.text("type"),
        vm_system=hardware.text("vmsystem"),
        memory_mib=hardware.integer("memory"),
        swap_mib=hardware.integer("swap"),
        domain=hardware.text("workgroup", "userdomain"),
        default_gateway=hardware.text("defaultgateway"),
        dns=hardware.text("dns"),
        last_user=hardware.text("lastloggeduser", "userid"),
        last_user_at=hardware.text("datelastloggeduser"),
        windows_key=hardware.text("winprodkey"),
        windows_product_id=hardware.text("winprodid"),
        windows_owner=hardware.text("winowner"),
        windows_company=hardware.text("wincompany"),
        description=hardware.text("description", prose=True),
    )


def operating_system(system: Fields, hardware: Fields) -> OperatingSystem | None:
    """OPERATINGSYSTEM; OCS agents write HARDWARE/OSNAME and OSVERSION instead."""
    name = system.text("name")
    found = OperatingSystem(
        name=name or hardware.text("osname"),
        full_name=system.text("full_name") or name or hardware.text("osname"),
        version=system.text("version") or hardware.text("osversion"),
        architecture=system.text("arch"),
        kernel_name=system.text("kernel_name"),
        kernel_version=system.text("kernel_version"),
        service_pack=system.text("service_pack"),
        fqdn=system.text("fqdn"),
        dns_domain=system.text("dns_domain"),
        host_id=system.text("hostid"),
        timezone=system.inside("timezone").text("name"),
        installed_on=system.date("install_date") or hardware.date("installdate"),
        booted_at=system.text("boot_time", "boot_date"),
        ssh_key=system.text("ssh_key", prose=True),
    )
    return None if found == OperatingSystem() else found


def processor(entry: Fields) -> Processor | None:
    if not entry.entry:
        return None
    return Processor(
        name=entry.text("name", "type"),
        manufacturer=entry.text("manufacturer"),
        cores=entry.integer("core", "cores"),
        threads=entry.integer("thread", "threads", "logical_cpus"),
        speed_mhz=entry.quantity(_FREQUENCY, "speed"),
        architecture=entry.text("arch", "cpuarch"),
        serial=entry.text("serial"),
        family=entry.text("familyname", "familynumber"),
        model=entry.text("model"),
        stepping=entry.text("stepping"),
        identifier=entry.text("id"),
    )


def memory_module(entry: Fields) -> MemoryModule | None:
    if not entry.entry:
        return None
    return MemoryModule(
        capacity_mib=entry.integer("capacity"),
        slot=entry.text("numslots"),
        caption=entry.text("caption"),
        description=entry.text("description"),
        type=entry.text("type"),
        speed=entry.text("speed"),
        manufacturer=entry.text("manufacturer"),
        model=entry.text("model"),
        serial=entry.text("serialnumber", "serial"),
    )


def storage(entry: Fields) -> Storage | None:
    if not entry.entry:
        return None
    told = {
        "name": entry.text("name"),
        "model": entry.text("model"),
        "type": entry.text("type"),
        "description": entry.text("description"),
        "interface": entry.text("interface"),
    }
    return Storage(
        **told,
        manufacturer=entry.text("manufacturer"),
        serial=entry.text("serialnumber", "serial"),
        size_mib=entry.integer("disksize"),
        firmware=entry.text("firmware"),
        is_disk=is_disk(**told),
    )


def volume(entry: Fields) -> Volume | None:
    """DRIVES: Windows gives a letter, Unix a mount point in TYPE and a device in VOLUMN."""
    if not entry.entry:
        return None
    letter = entry.text("letter")
    kind = entry.text("type")
    mounted = kind if kind and kind.startswith("/") else None
    return Volume(
        device=entry.text("volumn"),
        mount=letter or mounted or kind,
        label=entry.text("label"),
        filesystem=entry.text("filesystem"),
        total_mib=entry.integer("total"),
        free_mib=entry.integer("free"),
        serial=entry.text("serial"),
        type=entry.text("description") or (kind if letter else None),
        is_system=entry.boolean("systemdrive"),
        encryption=entry.text("encrypt_status"),
        encryption_name=entry.text("encrypt_name"),
        encryption_algorithm=entry.text("encrypt_algo"),
    )


def interface(entry: Fields) -> Interface | None:
    if not entry.entry:
        return None
    address = entry.text("ipaddress")
    address6 = entry.text("ipaddress6")
    mask = entry.text("ipmask")
    subnet = entry.text("ipsubnet")
    mask6 = entry.text("ipmask6")
    if address and ":" in address and not address6:
        # OCS writes both families in the same field.
        address, address6, mask, mask6, subnet = None, address, None, mask, None
    return Interface(
        name=entry.text("description"),
        mac=entry.mac("mac", "macaddr"),
        ipv4=address,
        ipv4_mask=mask,
        ipv4_subnet=subnet,
        gateway=entry.text("ipgateway"),
        dhcp=entry.text("ipdhcp"),
        ipv6=address6,
        ipv6_mask=mask6,
        type=entry.text("type", "typemib"),
        status=entry.text("status"),
        speed_mbps=entry.text("speed"),
        driver=entry.text("driver"),
        is_virtual=entry.boolean("virtualdev"),
        pci_id=entry.text("pciid"),
        wifi_ssid=entry.text("wifi_ssid"),
    )


def monitor(entry: Fields) -> Monitor | None:
    """A monitor: what the EDID says first, then the agent's own reading of it."""
    if not entry.entry:
        return None
    edid = decode_edid(entry.text("base64", prose=True))
    name = entry.text("caption", "name")
    told_serial = entry.text("serial")
    return Monitor(
        name=name or (edid.name if edid else None),
        manufacturer=entry.text("manufacturer") or (edid.manufacturer if edid else None),
        model=(edid.name if edid else None) or name,
        serial=told_serial or (edid.serial if edid else None),
        alternate_serial=entry.text("altserial"),
        made=edid.made if edid else None,
        port=entry.text("port"),
        width_cm=edid.width_cm if edid else None,
        height_cm=edid.height_cm if edid else None,
        pnp_id=edid.pnp_id if edid else None,
    )


def printer(entry: Fields) -> Printer | None:
    if not entry.entry:
        return None
    return Printer(
        name=entry.text("name"),
        driver=entry.text("driver"),
        port=entry.text("port"),
        serial=entry.text("serial"),
        description=entry.text("description"),
        status=entry.text("status"),
        is_network=entry.boolean("network"),
        is_shared=entry.boolean("shared"),
    )


def battery(entry: Fields) -> Battery | None:
    if not entry.entry:
        return None
    return Battery(
        name=entry.text("name"),
        manufacturer=entry.text("manufacturer"),
        serial=entry.text("serial"),
        chemistry=entry.text("chemistry"),
        capacity_mwh=entry.quantity(_ENERGY, "capacity", "designcapacity"),
        real_capacity_mwh=entry.quantity(_ENERGY, "real_capacity"),
        voltage_mv=entry.quantity(_VOLTAGE, "voltage", "designvoltage"),
        made_on=entry.date("date"),
    )


def controller(entry: Fields) -> Controller | None:
    if not entry.entry:
        return None
    ids = (entry.text("pciid") or ":").split(":")
    return Controller(
        name=entry.text("name", "caption"),
        manufacturer=entry.text("manufacturer"),
        type=entry.text("type"),
        pci_class=entry.text("pciclass"),
        pci_slot=entry.text("pcislot"),
        vendor_id=entry.text("vendorid") or ids[0] or None,
        product_id=entry.text("productid") or (ids[1] if len(ids) > 1 else None) or None,
        driver=entry.text("driver"),
        revision=entry.text("rev"),
    )


def usb_device(entry: Fields) -> UsbDevice | None:
    if not entry.entry:
        return None
    return UsbDevice(
        name=entry.text("name", "caption"),
        manufacturer=entry.text("manufacturer"),
        vendor_id=entry.text("vendorid"),
        product_id=entry.text("productid"),
        serial=entry.text("serial"),
    )


def graphics_card(entry: Fields) -> GraphicsCard | None:
    if not entry.entry:
        return None
    return GraphicsCard(
        name=entry.text("name"),
        chipset=entry.text("chipset"),
        memory_mib=entry.integer("memory"),
        resolution=entry.text("resolution"),
    )


def sim_card(entry: Fields) -> SimCard | None:
    if not entry.entry:
        return None
    return SimCard(
        serial=entry.text("serial", "iccid"),
        operator=entry.text("operator_name", "operator"),
        country=entry.text("country"),
        phone_number=entry.text("phone_number", "line"),
        imsi=entry.text("imsi"),
    )
